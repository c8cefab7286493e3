/**
 * Lets so many pieces of heavy work into one turn of the event loop. All that has become ready runs in one turn, so
 * without this a small request waits, at each of its own steps, for a chunk of every download there is.
 */
export class Turns {
  readonly #perTurn: number
  readonly #waiting: (() => void)[] = []
  #taken = 0
  #isCounting = false

  constructor(perTurn: number) {
    this.#perTurn = perTurn
  }

  /** Resolves when it is one's turn, in the order of asking; `undefined` where it is now. */
  next(): Promise<void> | undefined {
    if (this.#taken < this.#perTurn && this.#waiting.length === 0) {
      this.#count()
      return undefined
    }
    return new Promise((resolve) => this.#waiting.push(resolve))
  }

  #count(): void {
    this.#taken++
    if (this.#isCounting) return
    this.#isCounting = true
    setImmediate(this.#turn)
  }

  readonly #turn = (): void => {
    this.#isCounting = false
    this.#taken = 0
    for (const resolve of this.#waiting.splice(0, this.#perTurn)) {
      this.#count()
      resolve()
    }
  }
}
