import { Writable } from 'node:stream'
import { expect } from 'chai'
import sinon from 'sinon'
import { BytePool } from './byte-pool.ts'
import { PieceReader } from './pieces.ts'
import { pumpPieces } from './pump-pieces.ts'

const KiB = 1024
type Taken = (error?: Error | null) => void

/** A client that takes each chunk as it is told to. */
const sinkThat = (take: (chunk: Buffer, taken: Taken) => void): Writable =>
  new Writable({
    write: (chunk: Buffer, _encoding, taken) => {
      take(chunk, taken)
    },
  })

const sourceOf = (kibibytes: number, read = (into: Uint8Array): number => into.length): PieceReader =>
  new PieceReader({ read: async (into) => read(into) }, [{ start: 0, end: kibibytes * KiB - 1 }])

describe('pumpPieces', () => {
  let clock: sinon.SinonFakeTimers
  let pool: BytePool

  beforeEach(() => {
    clock = sinon.useFakeTimers({ toFake: ['performance'] })
    pool = new BytePool({ capBytes: 4096 * KiB })
  })
  afterEach(() => {
    clock.restore()
    expect(pool.lentBytes).to.equal(0)
  })

  /** The lengths in KiB of the chunks that a client gets who needs so many milliseconds for each. */
  async function chunksFor(kibibytes: number, msOf: (chunk: number) => number): Promise<readonly number[]> {
    const lengths: number[] = []
    const sink = sinkThat((chunk, taken) => {
      clock.tick(msOf(lengths.push(chunk.length / KiB)))
      taken()
    })
    expect(await pumpPieces(sourceOf(kibibytes), sink, pool)).to.equal(true)
    return lengths
  }

  it('doubles the chunks of a client that is fast, and begins anew with one that was slow', async () => {
    const lengths = await chunksFor(2048, (chunk) => (chunk === 4 ? 20 : 19))
    expect(lengths).to.deep.equal([64, 128, 256, 512, 64, 128, 256, 512, 128])
  })

  it('keeps to the fair chunk while many share the pool, and no longer', async () => {
    const others = Array.from({ length: 7 }, () => pool.join())
    const lengths = await chunksFor(2048, (chunk) => {
      if (chunk === 5) for (const leave of others) leave()
      return 0
    })
    expect(lengths.slice(0, 8)).to.deep.equal([64, 128, 256, 256, 256, 512, 512, 64])
  })

  describe('leaves the pool', () => {
    const broken = new Error('EIO: i/o error, read')
    const ends: readonly (readonly [string, () => Promise<unknown>])[] = [
      ['at the end', () => chunksFor(100, () => 0)],
      [
        'where the client has left',
        () => pumpPieces(sourceOf(100), sinkThat(() => undefined).destroy(), pool),
      ],
      [
        'where the content fails',
        () => {
          const source = sourceOf(100, () => {
            throw broken
          })
          return pumpPieces(
            source,
            sinkThat(() => undefined),
            pool,
          ).catch((error: unknown) => error)
        },
      ],
    ]
    for (const [when, pump] of ends) {
      it(when, async () => {
        const others = Array.from({ length: 3 }, () => pool.join())
        for (let reply = 0; reply < 10; reply++) await pump()
        others.push(pool.join())
        expect(pool.fairChunkBytes).to.equal(512 * KiB)
        for (const leave of others) leave()
      })
    }
  })

  describe('gives the buffer', () => {
    it('back for others once the system has taken it', async () => {
      await chunksFor(64, () => 0)
      expect(pool.keptBytes).to.equal(64 * KiB)
    })

    it('back for others where nothing was written', async () => {
      const sink = sinkThat(() => undefined)
      const source = sourceOf(64, (into) => {
        sink.destroy()
        return into.length
      })
      expect(await pumpPieces(source, sink, pool)).to.equal(false)
      expect(pool.keptBytes).to.equal(64 * KiB)
    })

    it('to nobody where the connection closes while the system may still read it', async () => {
      let late: Taken = () => undefined
      const sink = sinkThat((_chunk, taken) => {
        late = taken
        sink.destroy()
      })
      expect(await pumpPieces(sourceOf(64), sink, pool)).to.equal(false)
      expect([pool.lentBytes, pool.keptBytes]).to.deep.equal([0, 0])
      late()
      await new Promise(setImmediate)
      expect(pool.keptBytes).to.equal(0)
    })

    it('to nobody where the write fails', async () => {
      const sink = sinkThat((_chunk, taken) => {
        taken(new Error('write EPIPE'))
      })
      sink.on('error', () => undefined)
      expect(await pumpPieces(sourceOf(128), sink, pool)).to.equal(false)
      expect([pool.lentBytes, pool.keptBytes]).to.deep.equal([0, 0])
    })
  })

  it('begins the reads of a mebibyte in one turn of the event loop, however many replies there are and however short their chunks', async () => {
    for (const replies of [40, 400]) {
      pool = new BytePool()
      let inThisTurn = 0
      let most = 0
      const begun = new Set<PieceReader>()
      const reader = (): PieceReader => {
        const made: PieceReader = sourceOf(1024, (into) => {
          // Those of players, who ask for one chunk, are not counted.
          if (begun.has(made)) most = Math.max(most, (inThisTurn += into.length / KiB))
          begun.add(made)
          return into.length
        })
        return made
      }
      const sink = (): Writable =>
        sinkThat((_chunk, taken) => {
          taken()
        })
      let isOver = false
      const turning = (): void => {
        inThisTurn = 0
        if (!isOver) setImmediate(turning)
      }
      turning()
      await Promise.all(Array.from({ length: replies }, () => pumpPieces(reader(), sink(), pool)))
      isOver = true
      // In each turn, of which two may fall between two looks.
      expect(most).to.be.within(512, 2048)
    }
  })

  it('waits for no read of another content', async () => {
    pool = new BytePool()
    let goOn: () => void = () => undefined
    const hung = new Promise<void>((resolve) => (goOn = resolve))
    const hanging = (): PieceReader =>
      new PieceReader(
        {
          read: async (into) => {
            if (into.length > 64 * KiB) await hung
            return into.length
          },
        },
        [{ start: 0, end: 2048 * KiB - 1 }],
      )
    const sink = (): Writable =>
      sinkThat((_chunk, taken) => {
        taken()
      })
    const waiting = Array.from({ length: 40 }, () => pumpPieces(hanging(), sink(), pool))
    expect(await pumpPieces(sourceOf(2048), sink(), pool)).to.equal(true)
    goOn()
    await Promise.all(waiting)
  })

  it('reads nothing more for a client that left while it waited for its turn', async () => {
    pool = new BytePool()
    const reads: number[] = []
    const sinks = Array.from({ length: 40 }, () =>
      sinkThat((chunk, taken) => {
        // The first one of all, while the second ones wait.
        if (chunk.length === 64 * KiB) for (const other of sinks.slice(20)) other.destroy()
        taken()
      }),
    )
    const readers = sinks.map((_, index) =>
      sourceOf(1024, (into) => {
        reads.push(index)
        return into.length
      }),
    )
    const sent = await Promise.all(
      readers.map((reader, index) => pumpPieces(reader, sinks[index] ?? expect.fail(), pool)),
    )
    expect(sent.slice(20)).to.not.include(true)
    expect(reads.filter((index) => index >= 20).length).to.be.at.most(20)
  })
})
