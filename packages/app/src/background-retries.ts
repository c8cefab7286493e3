import { setTimeout as delay } from 'node:timers/promises'
import type { Retries } from '@audiohost/core'

export interface BackgroundRetriesOptions {
  readonly firstPauseMs?: number
  readonly longestPauseMs?: number
  /** How long after it came each work is given up. */
  readonly patienceMs?: number
  /** What comes while so much waits is given up at once. */
  readonly capacity?: number
}

interface WaitingWork {
  readonly work: () => Promise<unknown>
  readonly giveUp: (cause: unknown) => void
  readonly until: number
}

/** One after the other, so that what comes back is not met by all at once; the pauses double while the first one fails. */
export class BackgroundRetries implements Retries {
  readonly #limits: Required<BackgroundRetriesOptions>
  readonly #waiting: WaitingWork[] = []
  readonly #stopping = new AbortController()
  #running: Promise<void> | undefined

  constructor(options: BackgroundRetriesOptions = {}) {
    this.#limits = {
      firstPauseMs: 1000,
      longestPauseMs: 30_000,
      patienceMs: 300_000,
      capacity: 1000,
      ...options,
    }
  }

  later(work: () => Promise<unknown>, giveUp: (cause: unknown) => void): void {
    if (this.#stopping.signal.aborted) {
      giveUp(new Error('The process is ending'))
      return
    }
    if (this.#waiting.length >= this.#limits.capacity) {
      giveUp(new Error('Too much waits to be tried again'))
      return
    }
    this.#waiting.push({ work, giveUp, until: performance.now() + this.#limits.patienceMs })
    this.#running ??= this.#run()
  }

  /** Resolves when nothing is tried any more; what still waits is given up. */
  async stop(): Promise<void> {
    this.#stopping.abort()
    await this.#running
    for (const { giveUp } of this.#waiting.splice(0)) giveUp(new Error('The process is ending'))
  }

  async #run(): Promise<void> {
    const { firstPauseMs, longestPauseMs } = this.#limits
    const { signal } = this.#stopping
    let pauseMs = firstPauseMs
    while (this.#waiting.length > 0 && !signal.aborted) {
      // Its rejection says that the process ends, and so does the signal.
      await delay(pauseMs, undefined, { signal, ref: false }).catch(() => undefined)
      pauseMs = (await this.#tryAll()) ? firstPauseMs : Math.min(pauseMs * 2, longestPauseMs)
    }
    this.#running = undefined
  }

  /** Up to the first one that fails; whether none did. */
  async #tryAll(): Promise<boolean> {
    for (let first = this.#waiting[0]; first && !this.#stopping.signal.aborted; first = this.#waiting[0]) {
      try {
        await first.work()
      } catch (cause) {
        if (performance.now() < first.until) return false
        first.giveUp(cause)
      }
      this.#waiting.shift()
    }
    return true
  }
}
