import { expect } from 'chai'
import type { AudioContentStore, IsInFlight } from '../audio/audio-content-store.ts'
import type { AudioId } from '../ids.ts'
import { anAudio } from './builders.ts'
import { bytesOf, inPieces, isSame, someBytes } from './bytes.ts'

export const inAMinute = (): Date => new Date(Date.now() + 60_000)

export const nobodyWrites: IsInFlight = async () => false

/** What every `AudioContentStore` promises to whoever removes what crashes left of writes. */
export function partialWritesContract(storeOf: () => AudioContentStore): void {
  let store: AudioContentStore
  let id: AudioId

  beforeEach(() => {
    store = storeOf()
    id = anAudio().id
  })

  /** Runs in the middle of a write: all stores have been given more by then than they gather. */
  const halfWay = async (check: () => Promise<void>): Promise<void> => {
    const bytes = someBytes(18_000_000)
    await store.write(
      id,
      (async function* () {
        yield* inPieces(bytes.subarray(0, 9_000_000), 100_000)
        await check()
        yield* inPieces(bytes.subarray(9_000_000), 100_000)
      })(),
    )
    expect(isSame(await bytesOf(await store.open(id)), bytes)).to.equal(true)
  }

  it('leave whole contents alone', async () => {
    await store.write(id, inPieces(someBytes(1000)))
    expect(await store.countPartial(inAMinute(), nobodyWrites)).to.equal(0)
    expect(await store.removePartial(inAMinute(), nobodyWrites)).to.equal(0)
    expect(isSame(await bytesOf(await store.open(id)), someBytes(1000))).to.equal(true)
  })

  it('leave a write alone that began after the moment', () =>
    halfWay(async () => {
      expect(await store.countPartial(new Date(0), nobodyWrites)).to.equal(0)
      expect(await store.removePartial(new Date(0), nobodyWrites)).to.equal(0)
    }))

  it('leave a write alone that is in flight, however long ago it began', () =>
    halfWay(async () => {
      const isInFlight: IsInFlight = async (asked) => asked === id
      expect(await store.countPartial(inAMinute(), isInFlight)).to.equal(0)
      expect(await store.removePartial(inAMinute(), isInFlight)).to.equal(0)
    }))

  it('leave everything alone where it cannot be told what is in flight', () =>
    halfWay(async () => {
      const failing: IsInFlight = () => Promise.reject(new Error('the database is away'))
      await store.removePartial(inAMinute(), failing).catch(() => undefined)
    }))
}
