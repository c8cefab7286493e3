import { expect } from 'chai'
import fc from 'fast-check'
import { BytePool, largestChunkBytes, smallestChunkBytes, type LentBytes } from './byte-pool.ts'

describe('BytePool', () => {
  it('lends a buffer again that was released, and never one that was discarded', () => {
    const pool = new BytePool()
    const first = pool.take(1000)
    expect(first.bytes).to.have.length(smallestChunkBytes)
    first.release()
    const second = pool.take(1000)
    expect(second.bytes).to.equal(first.bytes)
    second.discard()
    expect(pool.take(1000).bytes).to.not.equal(first.bytes)
  })

  it('never lends one buffer to two', () => {
    const pool = new BytePool({ capBytes: 10 * smallestChunkBytes })
    const step = fc.record({
      take: fc.boolean(),
      wanted: fc.nat(600_000),
      which: fc.nat(),
      release: fc.boolean(),
    })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const lent: LentBytes[] = []
        for (const { take, wanted, which, release } of steps) {
          if (take || lent.length === 0) {
            const taken = pool.take(wanted)
            expect(lent.some(({ bytes }) => bytes === taken.bytes)).to.equal(false)
            lent.push(taken)
          } else {
            const [given] = lent.splice(which % lent.length, 1)
            if (release) given?.release()
            else given?.discard()
          }
          expect(pool.lentBytes + pool.keptBytes).to.be.within(0, 10 * smallestChunkBytes)
        }
        for (const given of lent) given.release()
        expect(pool.lentBytes).to.equal(0)
      }),
    )
  })

  it('refuses a buffer that was given back already', () => {
    const pool = new BytePool()
    const lent = pool.take(1)
    lent.release()
    expect(() => {
      lent.release()
    }).to.throw('given back already')
    expect(() => {
      lent.discard()
    }).to.throw('given back already')
  })

  it('gives short buffers of nobody where it is exhausted', () => {
    const pool = new BytePool({ capBytes: 2 * smallestChunkBytes })
    const long = pool.take(largestChunkBytes)
    expect(long.bytes).to.have.length(2 * smallestChunkBytes)
    const scant = pool.take(largestChunkBytes)
    expect(scant.bytes).to.have.length(16 * 1024)
    scant.release()
    expect(pool.take(1).bytes).to.not.equal(scant.bytes)
    long.release()
    expect(pool.take(1).bytes).to.have.length(smallestChunkBytes)
  })

  it('makes room for what is wanted out of what it keeps', () => {
    const pool = new BytePool({ capBytes: largestChunkBytes })
    const small = Array.from({ length: 8 }, () => pool.take(1))
    for (const lent of small) lent.release()
    expect(pool.keptBytes).to.equal(largestChunkBytes)
    expect(pool.take(largestChunkBytes).bytes).to.have.length(largestChunkBytes)
    expect(pool.keptBytes).to.equal(0)
  })

  it('keeps no more than it may', () => {
    const pool = new BytePool({ keptBytes: 3 * smallestChunkBytes })
    const lent = Array.from({ length: 10 }, () => pool.take(1))
    for (const each of lent) each.release()
    expect(pool.keptBytes).to.equal(3 * smallestChunkBytes)
    expect(pool.lentBytes).to.equal(0)
  })

  it('shortens the chunks of each the more replies there are', () => {
    const pool = new BytePool({ capBytes: 8 * largestChunkBytes })
    const leaves: (() => void)[] = []
    const chunksWith = (replies: number): number => {
      while (leaves.length < replies) leaves.push(pool.join())
      return pool.fairChunkBytes
    }
    expect([1, 4, 5, 8, 9, 32, 1000].map(chunksWith)).to.deep.equal(
      [512, 512, 256, 256, 128, 64, 64].map((kilobytes) => kilobytes * 1024),
    )
    for (const leave of leaves) leave()
    expect(pool.fairChunkBytes).to.equal(largestChunkBytes)
  })
})
