import { expect } from 'chai'
import { parseAudioId, type IdGenerator } from '../ids.ts'

/** What every `IdGenerator` promises. */
export function idGeneratorContract({ make }: { readonly make: () => Promise<IdGenerator> }): void {
  let ids: IdGenerator

  beforeEach(async () => {
    ids = await make()
  })

  it('makes lower-case UUIDs of version 7', () => {
    for (let count = 0; count < 100; count++) {
      expect(ids.next()).to.match(/^[\da-f]{8}-[\da-f]{4}-7[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/)
    }
  })

  it('makes ids that parse to themselves', () => {
    const id = ids.next()
    expect(parseAudioId(id)).to.equal(id)
  })

  it('never makes one twice', () => {
    expect(new Set(Array.from({ length: 10_000 }, () => ids.next())).size).to.equal(10_000)
  })

  it('makes ids that sort by the time they were made', async () => {
    const made: string[] = []
    for (let count = 0; count < 5; count++) {
      made.push(ids.next())
      await new Promise((resolve) => setTimeout(resolve, 3))
    }
    expect(made.toSorted()).to.deep.equal(made)
  })
}
