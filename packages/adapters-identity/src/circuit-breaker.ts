export interface CircuitBreakerOptions {
  /** So many failures in a row open the circuit. */
  readonly failureLimit: number
  /** While it is open, one attempt in this time is let through to see whether the other side is back. */
  readonly coolDownMs: number
  /** Milliseconds that never run backwards. */
  readonly now?: () => number
}

/** Spares callers the wait for a service that has just failed again and again. */
export class CircuitBreaker {
  readonly #options: CircuitBreakerOptions
  readonly #now: () => number
  #failures = 0
  #nextAttemptAt = -Infinity

  constructor(options: CircuitBreakerOptions) {
    this.#options = options
    this.#now = options.now ?? (() => performance.now())
  }

  /** Whether to try now; who gets true reports back with `succeeded` or `failed`. */
  allowsAttempt(): boolean {
    if (this.#failures < this.#options.failureLimit) return true
    if (this.#now() < this.#nextAttemptAt) return false
    this.#postponeNextAttempt()
    return true
  }

  succeeded(): void {
    this.#failures = 0
  }

  failed(): void {
    this.#failures++
    this.#postponeNextAttempt()
  }

  #postponeNextAttempt(): void {
    this.#nextAttemptAt = this.#now() + this.#options.coolDownMs
  }
}
