import { expect } from 'chai'
import type { RateLimit, RateLimiter } from '../rate-limiter.ts'
import { countOf, race } from './race.ts'

export interface RateLimiterContract {
  readonly make: () => Promise<RateLimiter>
  /** Moves the limiter's clock; without it, the suite waits for the end of a window of one second. */
  readonly advance?: (seconds: number) => void | Promise<void>
}

/** What every `RateLimiter` promises. */
export function rateLimiterContract({ make, advance }: RateLimiterContract): void {
  const limit: RateLimit = { name: 'sign-in', attempts: 3, windowSeconds: 60 }
  const short: RateLimit = { name: 'short', attempts: 2, windowSeconds: 1 }
  let limiter: RateLimiter

  beforeEach(async () => {
    limiter = await make()
  })

  const consume = async (count: number, of = limit, key = 'ann'): Promise<boolean[]> => {
    const allowed: boolean[] = []
    for (let attempt = 0; attempt < count; attempt++) allowed.push((await limiter.consume(of, key)).allowed)
    return allowed
  }

  const endOfShortWindow = async (): Promise<void> => {
    if (advance) await advance(1.1)
    else await new Promise((resolve) => setTimeout(resolve, 1100))
  }

  it('counts down to nothing and then refuses', async () => {
    const states = []
    for (let attempt = 0; attempt < 5; attempt++) states.push(await limiter.consume(limit, 'ann'))
    expect(states.map(({ allowed }) => allowed)).to.deep.equal([true, true, true, false, false])
    expect(states.map(({ remaining }) => remaining)).to.deep.equal([2, 1, 0, 0, 0])
    for (const { resetSeconds } of states) {
      expect(resetSeconds).to.satisfy(Number.isInteger).and.to.be.within(1, limit.windowSeconds)
    }
  })

  it('counts each key and each limit by itself', async () => {
    await consume(4)
    expect(await consume(3, limit, 'zoe')).to.deep.equal([true, true, true])
    expect(await consume(3, { ...limit, name: 'registration' })).to.deep.equal([true, true, true])
  })

  it('tells keys apart to the letter, whatever they hold', async () => {
    const keys = [
      '',
      ' ',
      'ann:1',
      'ann',
      'Ann',
      "o'neill",
      '%',
      '💿',
      'x'.repeat(300),
      '2001:db8::1',
      '2001:db8::1|ann@example.com',
    ]
    for (const key of keys) expect(await consume(4, limit, key)).to.deep.equal([true, true, true, false])
  })

  it('allows exactly as many as it should, however many come at once', async () => {
    const states = await race(40, () => limiter.consume({ ...limit, attempts: 10 }, 'ann'))
    expect(
      countOf(
        states.map(({ allowed }) => allowed),
        true,
      ),
    ).to.equal(10)
  })

  it('begins anew when the window has ended', async () => {
    expect(await consume(3, short)).to.deep.equal([true, true, false])
    await endOfShortWindow()
    expect(await consume(3, short)).to.deep.equal([true, true, false])
  })

  it('gives an attempt back, and not one more than was taken', async () => {
    await consume(3)
    await limiter.refund(limit, 'ann')
    expect(await consume(2)).to.deep.equal([true, false])
    await consume(1, limit, 'zoe')
    for (let refund = 0; refund < 3; refund++) await limiter.refund(limit, 'zoe')
    expect(await consume(4, limit, 'zoe')).to.deep.equal([true, true, true, false])
  })

  it('gives nothing back where nothing was taken or the window has ended', async () => {
    await limiter.refund(limit, 'ann')
    expect(await consume(4)).to.deep.equal([true, true, true, false])
    await consume(2, short)
    await endOfShortWindow()
    await limiter.refund(short, 'ann')
    expect(await consume(3, short)).to.deep.equal([true, true, false])
  })
}
