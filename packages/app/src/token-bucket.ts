import { setTimeout as wait } from 'node:timers/promises'

export interface TokenBucketOptions {
  readonly perSecond: number
  /** Milliseconds of any clock that only goes forward. */
  readonly now?: () => number
  readonly sleep?: (milliseconds: number, signal: AbortSignal | undefined) => Promise<void>
}

/** Lets through so many tokens a second on the average, and at once no more than come in one second. */
export class TokenBucket {
  readonly #perSecond: number
  readonly #now: () => number
  readonly #sleep: NonNullable<TokenBucketOptions['sleep']>
  #tokens: number
  #filledAt: number

  constructor({ perSecond, now = () => performance.now(), sleep = asleep }: TokenBucketOptions) {
    this.#perSecond = perSecond
    this.#now = now
    this.#sleep = sleep
    this.#tokens = perSecond
    this.#filledAt = now()
  }

  /** Takes them at once and waits until the bucket has paid for them, so that a piece may be larger than the bucket. */
  async take(tokens: number, signal?: AbortSignal): Promise<void> {
    const now = this.#now()
    const come = ((now - this.#filledAt) / 1000) * this.#perSecond
    this.#tokens = Math.min(this.#perSecond, this.#tokens + come) - tokens
    this.#filledAt = now
    if (this.#tokens < 0) await this.#sleep((-this.#tokens / this.#perSecond) * 1000, signal)
  }
}

const asleep = async (milliseconds: number, signal: AbortSignal | undefined): Promise<void> => {
  await wait(milliseconds, undefined, signal && { signal })
}
