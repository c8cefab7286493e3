import type { Retries } from '../retries.ts'

const maxAttempts = 5

interface HeldWork {
  readonly work: () => Promise<unknown>
  readonly giveUp: (cause: unknown) => void
}

/** Holds the work back until it is told to do it. */
export class HeldRetries implements Retries {
  readonly #held: HeldWork[] = []

  later(work: () => Promise<unknown>, giveUp: (cause: unknown) => void): void {
    this.#held.push({ work, giveUp })
  }

  get waiting(): number {
    return this.#held.length
  }

  /** Tries all that is held, five times at the most. */
  async runAll(): Promise<void> {
    for (let held = this.#held.shift(); held; held = this.#held.shift()) await attempt(held)
  }
}

async function attempt({ work, giveUp }: HeldWork): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await work()
      return
    } catch (cause) {
      if (attempt < maxAttempts) continue
      giveUp(cause)
      return
    }
  }
}
