import { DatabaseUnavailable } from './database-unavailable.ts'
import { isServerAnswer } from './driver-errors.ts'

export interface CircuitBreakerOptions {
  /** Resolves if the server answers, even with a refusal. Has a time limit of its own. */
  readonly probe: () => Promise<void>
  /** How long the server may answer nothing before it counts as hung. */
  readonly patienceMs: () => number
  /** Called when the circuit opens (the server hangs) and when it closes (the server answers again). */
  readonly onChange: (isOpen: boolean) => void
}

const tickMs = 250
/** Without any answer for this long, the server is asked by a connection of its own. */
const quietTicks = 2
const retryAfterSeconds = 2

/**
 * Fails statements at once while the server accepts connections but does not answer, as a stopped process
 * does. Without it, each request would wait for its own timeouts. Time is counted in ticks of the event loop,
 * so that a pause of this process is not mistaken for a pause of the server.
 */
export class CircuitBreaker {
  readonly #options: CircuitBreakerOptions
  readonly #rejects = new Set<(reason: DatabaseUnavailable) => void>()
  #ticker: NodeJS.Timeout | undefined
  #isOpen = false
  #isProbing = false
  #ticksWithoutAnswer = 0
  #epoch = 0

  constructor(options: CircuitBreakerOptions) {
    this.#options = options
  }

  get isOpen(): boolean {
    return this.#isOpen
  }

  /** Changes each time the circuit opens: work that started before must not continue after it. */
  get epoch(): number {
    return this.#epoch
  }

  /** @throws DatabaseUnavailable at once while the server hangs */
  run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#isOpen) return Promise.reject(new DatabaseUnavailable(retryAfterSeconds))
    if (this.#rejects.size === 0) this.#ticksWithoutAnswer = 0
    this.#startTicking()
    return new Promise((resolve, reject) => {
      this.#rejects.add(reject)
      const settle = (): void => {
        this.#rejects.delete(reject)
      }
      work().then(
        (result) => {
          settle()
          this.#answered()
          resolve(result)
        },
        (error: unknown) => {
          settle()
          if (isServerAnswer(error)) this.#answered()
          reject(error instanceof Error ? error : new Error('The statement failed', { cause: error }))
        },
      )
    })
  }

  close(): void {
    clearInterval(this.#ticker)
    this.#ticker = undefined
  }

  #startTicking(): void {
    this.#ticker ??= setInterval(() => {
      this.#tick()
    }, tickMs).unref()
  }

  #tick(): void {
    if (!this.#isOpen && this.#rejects.size === 0) {
      this.close()
      return
    }
    this.#ticksWithoutAnswer++
    if (this.#ticksWithoutAnswer >= quietTicks) this.#probe()
    const isHung = this.#ticksWithoutAnswer * tickMs >= this.#options.patienceMs()
    if (!this.#isOpen && isHung) this.#open()
  }

  #probe(): void {
    if (this.#isProbing) return
    this.#isProbing = true
    this.#options
      .probe()
      .then(
        () => {
          this.#answered()
        },
        () => undefined,
      )
      .finally(() => {
        this.#isProbing = false
      })
  }

  #answered(): void {
    this.#ticksWithoutAnswer = 0
    if (!this.#isOpen) return
    this.#isOpen = false
    this.#options.onChange(false)
  }

  #open(): void {
    this.#isOpen = true
    this.#epoch++
    const rejects = [...this.#rejects]
    this.#rejects.clear()
    this.#options.onChange(true)
    for (const reject of rejects) reject(new DatabaseUnavailable(retryAfterSeconds))
  }
}
