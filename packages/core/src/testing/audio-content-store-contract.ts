import { once } from 'node:events'
import { expect } from 'chai'
import type { AudioContentStore, StoredContent } from '../audio/audio-content-store.ts'
import type { AudioId } from '../ids.ts'
import { anAudio } from './builders.ts'
import { bytesOf, inPieces, isSame, someBytes } from './bytes.ts'
import { checkedContentContract } from './checked-content-contract.ts'
import { inAMinute, nobodyWrites, partialWritesContract } from './partial-writes-contract.ts'
import { countOf, errorOf, race } from './race.ts'

export interface AudioContentStoreContract {
  /** A fresh, empty store. */
  readonly make: () => Promise<AudioContentStore>
  /** How many handles or sockets of the store are open, where that can be told. */
  readonly openHandles?: () => Promise<number>
}

/** What every `AudioContentStore` promises. */
export function audioContentStoreContract({ make, openHandles }: AudioContentStoreContract): void {
  let store: AudioContentStore
  let id: AudioId

  beforeEach(async () => {
    store = await make()
    id = anAudio().id
  })

  const listed = async (): Promise<StoredContent[]> => {
    const contents: StoredContent[] = []
    for await (const content of store.list()) contents.push(content)
    return contents
  }

  const expectNothing = async (): Promise<void> => {
    expect(await store.open(id)).to.equal(undefined)
    expect(await store.stat(id)).to.equal(undefined)
    expect(await listed()).to.deep.equal([])
  }

  const expectHandles = async (expected: number | undefined): Promise<void> => {
    // The other end of a socket hears of its close a moment later.
    for (let tries = 0; tries < 100 && (await openHandles?.()) !== expected; tries++) {
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
    expect(await openHandles?.()).to.equal(expected)
  }

  describe('write', () => {
    for (const size of [1, 999, 1000, 65_536, 65_537, 3_000_001]) {
      it(`gives ${size} bytes back as they came`, async () => {
        const bytes = someBytes(size)
        await store.write(id, inPieces(bytes, 16_384))
        expect(isSame(await bytesOf(await store.open(id)), bytes)).to.equal(true)
        expect(await store.stat(id)).to.include({ id, sizeBytes: size })
      })
    }

    it('stores an empty content', async () => {
      await store.write(id, inPieces(Buffer.alloc(0)))
      expect(await bytesOf(await store.open(id))).to.have.length(0)
      expect(await store.stat(id)).to.include({ id, sizeBytes: 0 })
    })

    it('takes empty pieces for what they are', async () => {
      await store.write(id, piecesOf([Buffer.from('a'), Buffer.alloc(0), Buffer.from('b')]))
      expect((await bytesOf(await store.open(id))).toString()).to.equal('ab')
    })

    it('keeps its own copy of what a source writes into one buffer again and again', async () => {
      const piece = Buffer.alloc(3)
      await store.write(
        id,
        (async function* () {
          for (const text of ['one', 'two', 'six']) {
            piece.write(text)
            yield piece
            // By the time the next piece is asked for, this one has been taken.
            await new Promise(setImmediate)
          }
        })(),
      )
      expect((await bytesOf(await store.open(id))).toString()).to.equal('onetwosix')
    })

    it('leaves nothing of a source that fails half-way, and gives the very error back', async () => {
      const failure = new Error('the line was cut')
      expect(await errorOf(store.write(id, failingAfter(someBytes(300_000), failure)))).to.equal(failure)
      await expectNothing()
      expect(await store.removePartial(inAMinute(), nobodyWrites)).to.equal(0)
    })

    it('leaves nothing of a source that fails before its first byte', async () => {
      const failure = new Error('the line was cut')
      expect(await errorOf(store.write(id, failingAfter(Buffer.alloc(0), failure)))).to.equal(failure)
      await expectNothing()
    })

    it('takes an id again after a write of it that failed', async () => {
      await errorOf(store.write(id, failingAfter(someBytes(10_000), new Error('the line was cut'))))
      await store.write(id, inPieces(someBytes(5)))
      expect(isSame(await bytesOf(await store.open(id)), someBytes(5))).to.equal(true)
    })

    it('refuses a second write of an id and keeps the first content', async () => {
      await store.write(id, inPieces(someBytes(5000, 'first')))
      expect(await errorOf(store.write(id, inPieces(someBytes(5000, 'second'))))).to.be.an('error')
      expect(isSame(await bytesOf(await store.open(id)), someBytes(5000, 'first'))).to.equal(true)
      expect(await listed()).to.have.length(1)
    })

    it('lets one of racing writes of an id win, whole', async () => {
      const versions = Array.from({ length: 5 }, (_, index) => someBytes(50_000, `version ${index}`))
      const outcomes = await race(5, async (index) => {
        try {
          await store.write(id, inPieces(versions[index] ?? Buffer.alloc(0)))
          return 'written'
        } catch {
          return 'refused'
        }
      })
      expect(countOf(outcomes, 'written')).to.equal(1)
      const winner = versions[outcomes.indexOf('written')] ?? Buffer.alloc(0)
      expect(isSame(await bytesOf(await store.open(id)), winner)).to.equal(true)
    })

    it('keeps many contents apart that are written at once', async () => {
      const ids = Array.from({ length: 10 }, () => anAudio().id)
      await race(10, (index) =>
        store.write(ids[index] ?? id, inPieces(someBytes(40_000, `content ${index}`))),
      )
      for (const [index, each] of ids.entries()) {
        const expected = someBytes(40_000, `content ${index}`)
        expect(isSame(await bytesOf(await store.open(each)), expected)).to.equal(true)
      }
    })

    it('shows nothing before all of it has been written', async () => {
      let half: Promise<void> | undefined
      await store.write(
        id,
        (async function* () {
          yield someBytes(100_000)
          half = expectNothing()
          await half
          yield someBytes(10)
        })(),
      )
      expect(half).to.not.equal(undefined)
      expect(await store.stat(id)).to.include({ sizeBytes: 100_010 })
    })
  })

  describe('open', () => {
    const size = 200_000

    for (const [start, end] of [
      [0, 0],
      [0, size - 1],
      [size - 1, size - 1],
      [1, size - 2],
      [65_535, 65_536],
      [65_536, 131_071],
      [199_000, size - 1],
    ] as const) {
      it(`gives the bytes from ${start} to ${end}, both included`, async () => {
        const bytes = someBytes(size)
        await store.write(id, inPieces(bytes, 10_000))
        const part = await bytesOf(await store.open(id, { start, end }))
        expect(isSame(part, bytes.subarray(start, end + 1))).to.equal(true)
      })
    }

    it('gives nothing where there is nothing, with a range and without', async () => {
      expect(await store.open(id)).to.equal(undefined)
      expect(await store.open(id, { start: 0, end: 0 })).to.equal(undefined)
    })

    it('serves many readers of one content at once', async () => {
      const bytes = someBytes(size)
      await store.write(id, inPieces(bytes, 10_000))
      const parts = await race(10, async (index) =>
        bytesOf(await store.open(id, { start: index * 20_000, end: index * 20_000 + 19_999 })),
      )
      expect(isSame(Buffer.concat(parts), bytes)).to.equal(true)
    })

    for (const when of ['before it is read', 'half-way'] as const) {
      it(`frees its handle when the stream is destroyed ${when}`, async () => {
        await store.write(id, inPieces(someBytes(3_000_000), 50_000))
        const before = await openHandles?.()
        const content = await store.open(id)
        if (!content) throw new Error('There is no content')
        if (when === 'half-way') {
          await once(content, 'readable')
          content.read(1000)
        }
        const closed = once(content, 'close')
        content.destroy()
        await closed
        await expectHandles(before)
      })
    }

    it('frees its handle when the stream has been read to its end', async () => {
      await store.write(id, inPieces(someBytes(10_000)))
      const before = await openHandles?.()
      const content = await store.open(id)
      if (!content) throw new Error('There is no content')
      const closed = once(content, 'close')
      await bytesOf(content)
      await closed
      await expectHandles(before)
    })
  })

  describe('remove', () => {
    it('removes a content, and does nothing where there is none', async () => {
      await store.write(id, inPieces(someBytes(1000)))
      await store.remove(id)
      await expectNothing()
      await store.remove(id)
      await store.remove(anAudio().id)
    })

    it('removes no other content', async () => {
      const other = anAudio().id
      await store.write(id, inPieces(someBytes(1000)))
      await store.write(other, inPieces(someBytes(1000)))
      await store.remove(id)
      expect((await listed()).map((content) => content.id)).to.deep.equal([other])
      expect(isSame(await bytesOf(await store.open(other)), someBytes(1000))).to.equal(true)
    })

    it('takes racing calls', async () => {
      await store.write(id, inPieces(someBytes(1000)))
      await race(5, () => store.remove(id))
      await expectNothing()
    })

    it('lets a reader who is under way finish or fail, but never end early as if that were all', async () => {
      const bytes = someBytes(3_000_000)
      await store.write(id, inPieces(bytes, 50_000))
      const content = await store.open(id)
      await store.remove(id)
      const outcome = await bytesOf(content).catch((error: unknown) => error)
      if (outcome instanceof Buffer) expect(isSame(outcome, bytes)).to.equal(true)
      else expect(outcome).to.be.an('error')
    })
  })

  describe('under the checks of an operator', () => {
    checkedContentContract(() => store)
  })

  describe('removePartial and countPartial', () => {
    partialWritesContract(() => store)
  })

  describe('list and check', () => {
    it('lists every content with its size and the moment of its writing', async () => {
      const ids = [anAudio().id, anAudio().id, anAudio().id]
      for (const [index, each] of ids.entries()) await store.write(each, inPieces(someBytes(index * 10)))
      const contents = await listed()
      expect(contents.map((content) => content.id)).to.have.members(ids)
      for (const content of contents) {
        expect(content.sizeBytes).to.equal(ids.indexOf(content.id) * 10)
        expect(await store.stat(content.id)).to.deep.equal(content)
        expect(content.writtenAt).to.be.a('date')
      }
    })

    it('may be stopped in the middle of a list, and remove what it lists', async () => {
      for (let count = 0; count < 5; count++) await store.write(anAudio().id, inPieces(someBytes(10)))
      for await (const _ of store.list()) break
      for await (const content of store.list()) await store.remove(content.id)
      expect(await listed()).to.deep.equal([])
    })

    it('passes its own check, which leaves nothing behind', async () => {
      await store.check()
      await expectNothing()
    })
  })
}

async function* piecesOf(pieces: readonly Uint8Array[]): AsyncGenerator<Uint8Array, void, undefined> {
  yield* pieces
}

async function* failingAfter(bytes: Uint8Array, error: Error): AsyncGenerator<Uint8Array, void, undefined> {
  yield* inPieces(bytes, 50_000)
  throw error
}
