interface Waiting {
  readonly weight: number
  readonly begin: () => void
}

/**
 * Lets work of so much weight into one turn of the event loop. All that has become ready runs in one turn, so
 * without this a small request waits, at each of its own steps, for a chunk of every download there is.
 */
export class Turns {
  readonly #perTurn: number
  readonly #waiting: Waiting[] = []
  #taken = 0
  #isCounting = false

  constructor(perTurn: number) {
    this.#perTurn = perTurn
  }

  /** Resolves when it is one's turn, in the order of asking; `undefined` where it is now. What weighs more than a turn takes has one alone. */
  next(weight: number): Promise<void> | undefined {
    if (this.#waiting.length === 0 && this.#hasRoomFor(weight)) {
      this.#count(weight)
      return undefined
    }
    return new Promise((begin) => this.#waiting.push({ weight, begin }))
  }

  #hasRoomFor(weight: number): boolean {
    return this.#taken === 0 || this.#taken + weight <= this.#perTurn
  }

  #count(weight: number): void {
    this.#taken += weight
    if (this.#isCounting) return
    this.#isCounting = true
    setImmediate(this.#turn)
  }

  readonly #turn = (): void => {
    this.#isCounting = false
    this.#taken = 0
    for (let [next] = this.#waiting; next && this.#hasRoomFor(next.weight); [next] = this.#waiting) {
      this.#waiting.shift()
      this.#count(next.weight)
      next.begin()
    }
  }
}
