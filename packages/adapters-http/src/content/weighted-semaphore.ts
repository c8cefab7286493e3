interface Waiting {
  readonly weight: number
  readonly begin: () => void
}

/** Lets in work of so much weight together, in the order of asking. What weighs more than all of it is let in alone. */
export class WeightedSemaphore {
  readonly #capacity: number
  readonly #waiting: Waiting[] = []
  #held = 0

  constructor(capacity: number) {
    this.#capacity = capacity
  }

  /** Resolves once it is let in; `undefined` where it is now. Each is released once. */
  acquire(weight: number): Promise<void> | undefined {
    if (this.#waiting.length === 0 && this.#hasRoomFor(weight)) {
      this.#held += weight
      return undefined
    }
    return new Promise((begin) => this.#waiting.push({ weight, begin }))
  }

  release(weight: number): void {
    this.#held -= weight
    for (let [next] = this.#waiting; next && this.#hasRoomFor(next.weight); [next] = this.#waiting) {
      this.#waiting.shift()
      this.#held += next.weight
      next.begin()
    }
  }

  #hasRoomFor(weight: number): boolean {
    return this.#held === 0 || this.#held + weight <= this.#capacity
  }
}
