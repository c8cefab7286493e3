import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
import { Worker } from 'node:worker_threads'
import type { HashingResult, HashingTask } from './hashing-messages.ts'

/** Ours alone: Argon2 takes its memory from the system. */
const heapMegabytes = 16

/** A thread that works on one hash at a time, at a low priority where the system has one for threads (Linux). */
export class HashingThread {
  readonly #worker: Worker
  #isLost = false

  constructor() {
    this.#worker = new Worker(isSource ? sourceEntry() : entry, {
      eval: isSource,
      resourceLimits: { maxOldGenerationSizeMb: heapMegabytes, maxYoungGenerationSizeMb: heapMegabytes / 4 },
    })
    this.#worker.unref()
    this.#worker.on('error', this.#lose).on('exit', this.#lose)
  }

  /** Whether it has ended: it takes no more tasks. */
  get isLost(): boolean {
    return this.#isLost
  }

  /** @throws Error where the library refuses the input, or the thread ends meanwhile */
  async work(task: HashingTask): Promise<string | boolean> {
    this.#worker.ref()
    try {
      const result = await this.#ask(task)
      if (result.kind === 'done') return result.value
      throw new Error(result.message)
    } finally {
      this.#worker.unref()
    }
  }

  async stop(): Promise<void> {
    await this.#worker.terminate()
  }

  #ask(task: HashingTask): Promise<HashingResult> {
    return new Promise((resolve, reject) => {
      const end = (): void => {
        this.#worker.off('message', answer).off('error', fail).off('exit', fail)
      }
      const answer = (result: HashingResult): void => {
        end()
        resolve(result)
      }
      const fail = (cause: unknown): void => {
        end()
        reject(new Error('The thread that hashes passwords ended', { cause }))
      }
      this.#worker.on('message', answer).on('error', fail).on('exit', fail)
      if (this.#isLost) fail(undefined)
      else this.#worker.postMessage(task)
    })
  }

  readonly #lose = (): void => {
    this.#isLost = true
  }
}

const isSource = import.meta.url.endsWith('.ts')
const entry = new URL(`./hashing-thread-entry.${isSource ? 'ts' : 'js'}`, import.meta.url)
/** Run from sources, the thread needs tsx, which Node 20 does not hand on to threads; found from here, wherever the process runs. */
const sourceEntry = (): string => {
  const required = createRequire(import.meta.url).resolve('tsx/esm/api')
  const tsx = pathToFileURL(required.replace(/\.cjs$/, '.mjs')).href
  return `import('${tsx}').then(({ register }) => { register(); return import('${entry.href}') })`
}
