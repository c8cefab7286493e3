import { errorOf } from '@audiohost/core/testing'
import { expect } from 'chai'
import { TokenBucket } from './token-bucket.ts'

describe('TokenBucket', () => {
  const aBucket = (perSecond: number) => {
    const time = { now: 0 }
    const sleep = async (milliseconds: number): Promise<void> => {
      time.now += milliseconds
    }
    return { time, bucket: new TokenBucket({ perSecond, now: () => time.now, sleep }) }
  }

  it('holds the rate, whatever the size of the pieces', async () => {
    for (const piece of [1, 70, 1000, 12_345]) {
      const { time, bucket } = aBucket(1000)
      const pieces = Math.ceil(100_000 / piece)
      for (let count = 0; count < pieces; count++) await bucket.take(piece)
      expect(time.now, `pieces of ${piece}`).to.be.closeTo(pieces * piece - 1000, 1)
    }
  })

  it('saves up no more than a second', async () => {
    const { time, bucket } = aBucket(1000)
    time.now = 3_600_000
    await bucket.take(1000)
    expect(time.now).to.equal(3_600_000)
    await bucket.take(500)
    expect(time.now).to.equal(3_600_500)
  })

  it('stops waiting where it is told to', async () => {
    const bucket = new TokenBucket({ perSecond: 1 })
    const stop = new AbortController()
    const waiting = errorOf(bucket.take(3600, stop.signal))
    stop.abort()
    expect(await waiting).to.have.property('name', 'AbortError')
  })
})
