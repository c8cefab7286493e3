import { expect } from 'chai'
import { aDatabase, type TestDatabase } from './testing/index.ts'

describe('audio_search_tokens', () => {
  let test: TestDatabase

  before(async () => {
    test = await aDatabase()
  })
  after(() => test.drop())

  const tokensOf = async (text: string): Promise<string[]> => {
    const { rows } = await test.database.run(
      (knex): PromiseLike<{ readonly rows: readonly { readonly tokens: string[] }[] }> =>
        knex.raw(`select tsvector_to_array(audio_search_tokens(gen_random_uuid(), 'title', ?)) as tokens`, [
          text,
        ]),
    )
    return rows[0]?.tokens.filter((token) => !/^[@^]/.test(token)) ?? []
  }

  const millisecondsFor = async (text: string): Promise<number> => {
    const times: number[] = []
    for (let run = 0; run < 3; run++) {
      const start = performance.now()
      await tokensOf(text)
      times.push(performance.now() - start)
    }
    return Math.min(...times)
  }

  it('are what begins at each place of each word, of at most three characters', async () => {
    expect(await tokensOf('añ  b\nцветы')).to.have.members(['añ', 'ñ', 'b', 'цве', 'вет', 'еты', 'ты', 'ы'])
    expect(await tokensOf('')).to.deep.equal([])
  })

  it('cost in proportion to the text', async () => {
    const text = (length: number): string =>
      Array.from({ length }, (_, place) => String.fromCodePoint(0x4e00 + ((place * 37) % 20_000))).join('')
    // Ten times as long; walking from the start to each place would take a hundred times as long.
    expect(await millisecondsFor(text(10_000))).to.be.below(30 * (await millisecondsFor(text(1000))) + 30)
  })
})
