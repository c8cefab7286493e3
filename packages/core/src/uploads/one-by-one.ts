/** Lets those with the same key through one at a time, in the order in which they came. Who leaves does not hold up the others. */
export class OneByOne<Key> {
  readonly #lines = new Map<Key, Promise<void>>()

  /** @throws the reason of the signal where it aborts before the turn has come */
  run<T>(key: Key, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    const before = this.#lines.get(key) ?? Promise.resolve()
    const mine = unlessAborted(before, signal).then(work)
    const turn = Promise.allSettled([before, mine]).then(() => {
      if (this.#lines.get(key) === turn) this.#lines.delete(key)
    })
    this.#lines.set(key, turn)
    return mine
  }
}

function unlessAborted(turn: Promise<void>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const leave = (): void => {
      reject(signal.reason as Error)
    }
    if (signal.aborted) leave()
    signal.addEventListener('abort', leave)
    void turn.then(() => {
      signal.removeEventListener('abort', leave)
      resolve()
    })
  })
}
