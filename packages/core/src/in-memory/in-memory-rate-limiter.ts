import { secondsAfter, type Clock } from '../clock.ts'
import type { RateLimit, RateLimiter, RateLimitState } from '../rate-limiter.ts'

interface Window {
  readonly endsAt: Date
  used: number
}

/** Counts for this process only. A window begins with the first attempt; refused attempts do not lengthen it. */
export class InMemoryRateLimiter implements RateLimiter {
  readonly #clock: Clock
  readonly #windows = new Map<string, Window>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  async consume(limit: RateLimit, key: string): Promise<RateLimitState> {
    const now = this.#clock.now()
    const window = this.#current(limit, key, now) ?? this.#begin(limit, key, now)
    const allowed = window.used < limit.attempts
    if (allowed) window.used++
    return {
      allowed,
      remaining: limit.attempts - window.used,
      resetSeconds: Math.max(1, Math.ceil((window.endsAt.getTime() - now.getTime()) / 1000)),
    }
  }

  async refund(limit: RateLimit, key: string): Promise<void> {
    const window = this.#current(limit, key, this.#clock.now())
    if (window) window.used = Math.max(0, window.used - 1)
  }

  #current(limit: RateLimit, key: string, now: Date): Window | undefined {
    const window = this.#windows.get(nameOf(limit, key))
    return window && now < window.endsAt ? window : undefined
  }

  #begin(limit: RateLimit, key: string, now: Date): Window {
    this.#forgetEnded(now)
    const name = nameOf(limit, key)
    const window = { endsAt: secondsAfter(now, limit.windowSeconds), used: 0 }
    // Deleted first, so that the map stays in the order in which windows began.
    this.#windows.delete(name)
    this.#windows.set(name, window)
    return window
  }

  /** From the oldest on, so that it costs next to nothing and the map does not grow with every address ever seen. */
  #forgetEnded(now: Date): void {
    for (const [name, { endsAt }] of this.#windows) {
      if (now < endsAt) return
      this.#windows.delete(name)
    }
  }
}

const nameOf = (limit: RateLimit, key: string): string => JSON.stringify([limit.name, key])
