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
      const sink = sinkThat(() => undefined).destroy()
      expect(await pumpPieces(sourceOf(64), sink, pool)).to.equal(false)
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

  it('has a mebibyte of long chunks under way, however many replies there are', async () => {
    pool = new BytePool()
    let reading = 0
    let most = 0
    const slowDisk = async (into: Uint8Array): Promise<number> => {
      if (into.length > 64 * KiB) most = Math.max(most, (reading += into.length))
      await new Promise(setImmediate)
      if (into.length > 64 * KiB) reading -= into.length
      return into.length
    }
    const reader = (): PieceReader => new PieceReader({ read: slowDisk }, [{ start: 0, end: 1024 * KiB - 1 }])
    const sink = (): Writable =>
      sinkThat((_chunk, taken) => {
        setImmediate(taken)
      })
    const sent = await Promise.all(Array.from({ length: 40 }, () => pumpPieces(reader(), sink(), pool)))
    expect(sent).to.deep.equal(Array.from({ length: 40 }, () => true))
    // 40 replies share 32 MiB: no chunk is longer than 512 KiB, and none shorter than 128 is counted.
    expect(most).to.be.within(512 * KiB, 1024 * KiB)
  })

  it('holds no room for a content that fails, a client that left and one that does not take', async () => {
    pool = new BytePool()
    const failing = (): PieceReader =>
      sourceOf(1024, (into) => {
        if (into.length > 64 * KiB) throw new Error('EIO: i/o error, read')
        return into.length
      })
    for (let reply = 0; reply < 10; reply++) {
      await pumpPieces(
        failing(),
        sinkThat((_chunk, taken) => {
          taken()
        }),
        pool,
      ).catch(() => undefined)
      const leaving = sinkThat((chunk, taken) => {
        if (chunk.length > 64 * KiB) leaving.destroy()
        taken()
      })
      await pumpPieces(sourceOf(1024), leaving, pool)
    }
    const stalled = Array.from({ length: 10 }, () => {
      const sink = sinkThat((chunk, taken) => {
        if (chunk.length === 64 * KiB) taken()
      })
      return { sink, sent: pumpPieces(sourceOf(1024), sink, pool) }
    })
    expect(await chunksFor(1024, () => 0)).to.have.lengthOf(5)
    for (const { sink } of stalled) sink.destroy()
    await Promise.all(stalled.map(({ sent }) => sent))
  })
})
