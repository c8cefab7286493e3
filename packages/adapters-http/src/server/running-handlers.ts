/**
 * Counts what is being handled. A set of the promises would do the same and keep every request until the next full collection:
 * each table that a set outgrows leads to the one that took its place (a third of the processor time of small requests).
 */
export class RunningHandlers {
  #count = 0
  readonly #onLastEnd: (() => void)[] = []

  add(handling: Promise<void>): void {
    this.#count++
    // Where it fails, nobody handles that: it ends the process as any fault that nothing handled.
    void handling.finally(this.#countEnd)
  }

  async allEnded(): Promise<void> {
    if (this.#count === 0) return
    await new Promise<void>((resolve) => this.#onLastEnd.push(resolve))
  }

  readonly #countEnd = (): void => {
    if (--this.#count > 0) return
    for (const resolve of this.#onLastEnd.splice(0)) resolve()
  }
}
