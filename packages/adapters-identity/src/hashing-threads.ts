import type { HashingTask } from './hashing-messages.ts'
import { HashingThread } from './hashing-thread.ts'

/**
 * Threads for hashes, as many as were ever needed at once, which whoever calls has to bound. They start when they are first needed,
 * stay for the next one, and do not keep the process alive.
 */
export class HashingThreads {
  readonly #idle: HashingThread[] = []

  /** @throws Error as `HashingThread.work` does; the next task gets another thread */
  async work(task: HashingTask): Promise<string | boolean> {
    const thread = this.#takeIdle() ?? new HashingThread()
    try {
      return await thread.work(task)
    } finally {
      if (!thread.isLost) this.#idle.push(thread)
    }
  }

  /** Ends those that are idle, for a quick and clean exit. */
  async close(): Promise<void> {
    await Promise.all(this.#idle.splice(0).map((thread) => thread.stop()))
  }

  #takeIdle(): HashingThread | undefined {
    for (let thread = this.#idle.pop(); thread; thread = this.#idle.pop()) {
      if (!thread.isLost) return thread
    }
    return undefined
  }
}
