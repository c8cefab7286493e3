/** At most `attempts` in any window of `windowSeconds`, counted for each key by itself. */
export interface RateLimit {
  readonly name: string
  readonly attempts: number
  readonly windowSeconds: number
}

export interface RateLimitState {
  readonly allowed: boolean
  readonly remaining: number
  /** Whole seconds until the window of this key ends, at least 1. */
  readonly resetSeconds: number
}

/**
 * Counts attempts for all nodes together.
 * Racing attempts are counted one by one: never more than `attempts` of them are allowed in a window.
 */
export interface RateLimiter {
  consume(limit: RateLimit, key: string): Promise<RateLimitState>
  /** Takes one attempt back, as after a login that succeeded; nothing happens where the window has ended. */
  refund(limit: RateLimit, key: string): Promise<void>
}
