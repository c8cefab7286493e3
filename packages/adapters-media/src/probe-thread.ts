import { once } from 'node:events'
import { createRequire } from 'node:module'
import { performance } from 'node:perf_hooks'
import { pathToFileURL } from 'node:url'
import { Worker } from 'node:worker_threads'
import {
  StorageUnavailable,
  type AudioFormat,
  type ProbeVerdict,
  type RandomAccessContent,
} from '@audiohost/core'
import type { ProbeLimits } from './buffered-content.ts'
import { inTime } from './in-time.ts'
import type { FromProbeThread, ToProbeThread } from './probe-messages.ts'

/** The code of music-metadata and ours, and what they collect while parsing. Buffers come on top: see `ProbeLimits`. */
const heapMegabytes = 96

/** The bytes were too much for the thread, which is of no more use. */
export class ProbeThreadLost extends Error {}

/** A thread that probes one content at a time. It can be stopped in the middle of a thought, and has a heap of its own. */
export class ProbeThread {
  readonly #worker: Worker
  readonly #limits: ProbeLimits
  #isLost = false

  private constructor(worker: Worker, limits: ProbeLimits) {
    this.#worker = worker
    this.#limits = limits
    // Faults are reported by the probe that is under way.
    worker.on('error', () => undefined)
  }

  static async start(limits: ProbeLimits): Promise<ProbeThread> {
    const worker = new Worker(isSource ? sourceEntry() : entry, {
      eval: isSource,
      // The limits of this side come first, for they work where the thread does not.
      workerData: { ...limits, readMs: 2 * limits.readMs } satisfies ProbeLimits,
      resourceLimits: { maxOldGenerationSizeMb: heapMegabytes, maxYoungGenerationSizeMb: heapMegabytes / 8 },
    })
    await once(worker, 'message')
    return new ProbeThread(worker, limits)
  }

  /** Whether it has ended, or has to be. */
  get isLost(): boolean {
    return this.#isLost
  }

  /** @throws ProbeThreadLost, and whatever reading the content throws */
  async probe(content: RandomAccessContent, format: AudioFormat): Promise<ProbeVerdict> {
    this.#worker.ref()
    try {
      return await this.#converse(content, { kind: 'probe', sizeBytes: content.sizeBytes, format })
    } finally {
      this.#worker.unref()
    }
  }

  async stop(): Promise<void> {
    await this.#worker.terminate()
  }

  async #converse(content: RandomAccessContent, question: ToProbeThread): Promise<ProbeVerdict> {
    let failure: Error | undefined
    let container: ProbeVerdict | undefined
    let next = question
    // Longer than what the thread allows itself: this is for a thought that it cannot interrupt.
    let thinkingMs = this.#limits.thinkingMs * 1.5
    for (;;) {
      const askedAt = performance.now()
      const reply = await this.#ask(next, thinkingMs).catch((error: unknown) => {
        // Tags that exhaust the thread cost the tags and not the upload.
        if (container && !failure && error instanceof ProbeThreadLost)
          return { kind: 'verdict', verdict: container } as const
        throw error
      })
      thinkingMs -= performance.now() - askedAt
      if (failure) throw failure
      if (reply.kind === 'verdict') return reply.verdict
      if (reply.kind === 'container') {
        container = reply.verdict
        next = { kind: 'continue' }
        continue
      }
      if (reply.kind !== 'read') throw new StorageUnavailable()
      try {
        const bytes = await inTime(content.read(reply.start, reply.end), this.#limits.readMs)
        next = { kind: 'bytes', bytes: Uint8Array.from(bytes) }
      } catch (error) {
        failure = error instanceof Error ? error : new Error('Reading failed', { cause: error })
        next = { kind: 'read-failed' }
      }
    }
  }

  async #ask(message: ToProbeThread, limitMs: number): Promise<FromProbeThread> {
    const late = new AbortController()
    const timer = setTimeout(() => {
      late.abort()
    }, limitMs)
    const reply = once(this.#worker, 'message', { signal: late.signal })
    this.#worker.postMessage(message)
    try {
      const [answer] = (await reply) as [FromProbeThread]
      return answer
    } catch (cause) {
      this.#isLost = true
      if (isTooMuch(cause)) throw new ProbeThreadLost('The bytes took too much time or memory', { cause })
      throw cause
    } finally {
      clearTimeout(timer)
    }
  }
}

const isTooMuch = (error: unknown): boolean =>
  error instanceof Error &&
  (error.name === 'AbortError' || ('code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY'))

const isSource = import.meta.url.endsWith('.ts')
const entry = new URL(`./probe-thread-entry.${isSource ? 'ts' : 'js'}`, import.meta.url)
/** Run from sources, the thread needs tsx, which Node 20 does not hand on to threads; found from here, wherever the process runs. */
const sourceEntry = (): string => {
  const required = createRequire(import.meta.url).resolve('tsx/esm/api')
  const tsx = pathToFileURL(required.replace(/\.cjs$/, '.mjs')).href
  return `import('${tsx}').then(({ register }) => { register(); return import('${entry.href}') })`
}
