import { expect } from 'chai'
import { StorageFull } from '../errors.ts'
import {
  anAudio,
  audioContentStoreContract,
  bytesOf,
  contentHandlesContract,
  countOf,
  errorOf,
  FakeClock,
  InMemoryAudioContentStore,
  inPieces,
  race,
  someBytes,
} from '../testing/index.ts'

describe('InMemoryAudioContentStore', () => {
  audioContentStoreContract({ make: async () => new InMemoryAudioContentStore() })
  contentHandlesContract({ make: async () => new InMemoryAudioContentStore() })

  it('takes the moment of writing from its clock', async () => {
    const clock = new FakeClock()
    const store = new InMemoryAudioContentStore({ clock })
    const { id } = anAudio()
    await store.write(id, inPieces(someBytes(10)))
    expect(await store.stat(id)).to.deep.equal({ id, sizeBytes: 10, writtenAt: clock.now() })
  })

  it('is full at its capacity, and has room again once something is removed', async () => {
    const store = new InMemoryAudioContentStore({ capacityBytes: 1000 })
    const [first, second] = [anAudio().id, anAudio().id]
    await store.write(first, inPieces(someBytes(1000)))
    expect(await errorOf(store.write(second, inPieces(someBytes(1))))).to.be.instanceOf(StorageFull)
    await store.remove(first)
    await store.write(second, inPieces(someBytes(1000)))
    expect(await store.stat(second)).to.include({ sizeBytes: 1000 })
  })

  it('holds its capacity under racing writes', async () => {
    const store = new InMemoryAudioContentStore({ capacityBytes: 5000 })
    const outcomes = await race(4, async () => {
      const error = await store.write(anAudio().id, inPieces(someBytes(2000), 100)).catch((e: unknown) => e)
      return error === undefined
    })
    expect(countOf(outcomes, true)).to.be.at.most(2)
  })

  it('cannot be changed through what it hands out', async () => {
    const store = new InMemoryAudioContentStore()
    const { id } = anAudio()
    await store.write(id, inPieces(someBytes(100)))
    ;(await bytesOf(await store.open(id))).fill(0)
    for await (const piece of (await store.open(id)) ?? []) (piece as Buffer).fill(0)
    expect(await bytesOf(await store.open(id))).to.deep.equal(someBytes(100))
  })

  for (const range of [
    { start: 0, end: 10 },
    { start: 5, end: 4 },
    { start: -1, end: 4 },
  ]) {
    it(`refuses the range ${range.start}-${range.end} of ten bytes`, async () => {
      const store = new InMemoryAudioContentStore()
      const { id } = anAudio()
      await store.write(id, inPieces(someBytes(10)))
      expect(await errorOf(store.open(id, range))).to.be.instanceOf(RangeError)
    })
  }
})
