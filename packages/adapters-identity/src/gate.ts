import { TooBusy } from '@audiohost/core'

export interface GateOptions {
  /** How many tasks run at once. */
  readonly width: number
  /** How many more may wait. */
  readonly queueLimit: number
  /** Who has waited longer is refused when the turn comes: the client has most likely gone by then. */
  readonly maxWaitMs: number
  /** Milliseconds that never run backwards. */
  readonly now?: () => number
}

interface Waiting {
  readonly since: number
  readonly enter: () => void
  readonly refuse: (reason: TooBusy) => void
}

// A full queue of password hashes is worked off in less than a second.
const retryAfterSeconds = 1

/** Lets `width` tasks run at once, first come first served, and refuses what cannot run soon. */
export class Gate {
  readonly #options: GateOptions
  readonly #now: () => number
  readonly #queue: Waiting[] = []
  #running = 0

  constructor(options: GateOptions) {
    this.#options = options
    this.#now = options.now ?? (() => performance.now())
  }

  /** @throws TooBusy where the queue is full or the wait was too long; the task has not been started then */
  async run<T>(task: () => Promise<T>): Promise<T> {
    if (this.#running < this.#options.width) this.#running++
    else await this.#wait()
    try {
      return await task()
    } finally {
      this.#leave()
    }
  }

  #wait(): Promise<void> {
    if (this.#queue.length >= this.#options.queueLimit) throw new TooBusy(retryAfterSeconds)
    return new Promise((enter, refuse) => {
      this.#queue.push({ since: this.#now(), enter, refuse })
    })
  }

  /** Hands the place to the next in the queue, or gives it back. */
  #leave(): void {
    const latestStart = this.#now() - this.#options.maxWaitMs
    for (let next = this.#queue.shift(); next; next = this.#queue.shift()) {
      if (next.since >= latestStart) {
        next.enter()
        return
      }
      next.refuse(new TooBusy(retryAfterSeconds))
    }
    this.#running--
  }
}
