import { GcsFault } from './gcs-fault.ts'

/** The moment at which a call is given up, with all its repetitions. */
export class Deadline {
  readonly signal: AbortSignal
  readonly #endsAt: number

  constructor(ms: number) {
    this.signal = AbortSignal.timeout(Math.max(0, Math.ceil(ms)))
    this.#endsAt = performance.now() + ms
  }

  get leftMs(): number {
    return this.#endsAt - performance.now()
  }
}

/** For what takes no signal: it may go on by itself, and nobody waits for it any more. */
export function inTime<T>(signal: AbortSignal, outcome: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const giveUp = (): void => {
      reject(new GcsFault('There was no answer in time', { isTransient: true }))
    }
    if (signal.aborted) giveUp()
    else signal.addEventListener('abort', giveUp, { once: true })
    void outcome.then(resolve, reject).finally(() => {
      signal.removeEventListener('abort', giveUp)
    })
  })
}
