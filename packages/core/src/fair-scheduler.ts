import { TooBusy } from './errors.ts'

export interface FairSchedulerOptions {
  /** How many tasks may run at once. */
  readonly slots: number
  /** Tasks of all keys together that may wait. */
  readonly maxWaiting: number
  /** Sent with a refusal. */
  readonly retryAfterSeconds: number
}

interface WaitingTask {
  readonly start: () => void
  readonly refuse: (reason: TooBusy) => void
}

/**
 * Limits concurrency and shares it fairly between keys, such as users. While other keys wait, a key runs one
 * task at a time, and keys take turns. With two slots or more, one slot is always free for a key that runs
 * nothing yet. If the queue is full, the key with the longest queue loses its newest task.
 */
export class FairScheduler<Key> {
  readonly #options: FairSchedulerOptions
  /** In round-robin order: a key moves to the end when one of its tasks starts. */
  readonly #queues = new Map<Key, WaitingTask[]>()
  readonly #running = new Map<Key, number>()
  #runningCount = 0
  #waitingCount = 0

  constructor(options: FairSchedulerOptions) {
    this.#options = options
  }

  /** Tasks of all keys at this moment. */
  usage(): { readonly running: number; readonly waiting: number } {
    return { running: this.#runningCount, waiting: this.#waitingCount }
  }

  /** @throws TooBusy if the queue is full; the task has not started then */
  async run<T>(key: Key, task: () => Promise<T>): Promise<T> {
    await this.#admit(key)
    try {
      return await task()
    } finally {
      this.#release(key)
    }
  }

  #admit(key: Key): Promise<void> {
    return new Promise((start, refuse) => {
      this.#enqueue(key, { start, refuse })
      this.#startWaiting()
      if (this.#waitingCount > this.#options.maxWaiting) this.#refuseOne(key)
    })
  }

  #enqueue(key: Key, task: WaitingTask): void {
    const queue = this.#queues.get(key)
    if (queue) queue.push(task)
    else this.#queues.set(key, [task])
    this.#waitingCount++
  }

  #startWaiting(): void {
    for (let key = this.#nextKey(); key !== undefined; key = this.#nextKey()) {
      const queue = this.#queues.get(key) ?? []
      const task = queue.shift()
      this.#queues.delete(key)
      if (queue.length > 0) this.#queues.set(key, queue)
      this.#waitingCount--
      this.#runningCount++
      this.#running.set(key, this.#runningOf(key) + 1)
      task?.start()
    }
  }

  /** The key whose task starts next, or `undefined` if none may start now. */
  #nextKey(): Key | undefined {
    const free = this.#options.slots - this.#runningCount
    if (free <= 0) return undefined
    const [first, ...others] = this.#queues.keys()
    if (first === undefined) return undefined
    const least = others.reduce(
      (best, key) => (this.#runningOf(key) < this.#runningOf(best) ? key : best),
      first,
    )
    return this.#runningOf(least) === 0 || free > 1 ? least : undefined
  }

  /** Drops from the longest queue, so that one key cannot fill the queue for all. */
  #refuseOne(newcomer: Key): void {
    let longest = newcomer
    for (const [key, { length }] of this.#queues) if (length > this.#waitingOf(longest)) longest = key
    const queue = this.#queues.get(longest) ?? []
    const task = queue.pop()
    if (queue.length === 0) this.#queues.delete(longest)
    this.#waitingCount--
    task?.refuse(new TooBusy(this.#options.retryAfterSeconds))
  }

  #release(key: Key): void {
    const left = this.#runningOf(key) - 1
    if (left === 0) this.#running.delete(key)
    else this.#running.set(key, left)
    this.#runningCount--
    this.#startWaiting()
  }

  #runningOf(key: Key): number {
    return this.#running.get(key) ?? 0
  }

  #waitingOf(key: Key): number {
    return this.#queues.get(key)?.length ?? 0
  }
}
