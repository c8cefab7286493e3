import { once } from 'node:events'
import { createRequire } from 'node:module'
import { performance } from 'node:perf_hooks'
import { pathToFileURL } from 'node:url'
import { Worker } from 'node:worker_threads'
import {
  StorageUnavailable,
  TooBusy,
  type AudioFormat,
  type ProbeVerdict,
  type RandomAccessContent,
} from '@audiohost/core'
import type { ProbeLimits } from './buffered-content.ts'
import { CpuBudget } from './cpu-budget.ts'
import { inTime } from './in-time.ts'
import type { FromProbeThread, ProbeThreadData, ToProbeThread } from './probe-messages.ts'

/** The code of music-metadata and ours, and what they collect while parsing. Buffers come on top: see `ProbeLimits`. */
const heapMegabytes = 96

/** The thread enforces its own budget; this is for code in it that never returns. */
const hangFactor = 1.5
const watchMs = 100
/** A thread that neither answers nor uses its budget in this time gets no processor, for which the file is not to blame. */
const stallMs = 60_000
const stallRetrySeconds = 30
/** Reads of one file may take this many times the limit of one read, so that a slow store does not hold a thread for hours. */
const slowReads = 4

/** The bytes were too much for the thread, which is of no more use. */
export class ProbeThreadLost extends Error {}

/** A thread that probes one content at a time. It can be stopped in the middle of a thought, and has a heap of its own. */
export class ProbeThread {
  readonly #worker: Worker
  readonly #limits: ProbeLimits
  /** At which its processor time can be read. */
  readonly #path: string | undefined
  #isLost = false

  private constructor(worker: Worker, limits: ProbeLimits, path: string | undefined) {
    this.#worker = worker
    this.#limits = limits
    this.#path = path
    // Faults are reported by the probe that is under way.
    worker.on('error', () => undefined)
  }

  static async start(limits: ProbeLimits, tagCharset?: string): Promise<ProbeThread> {
    const worker = new Worker(isSource ? sourceEntry() : entry, {
      eval: isSource,
      // The limits of this side come first, for they work where the thread does not.
      workerData: {
        limits: { ...limits, readMs: 2 * limits.readMs },
        tagCharset,
      } satisfies ProbeThreadData,
      resourceLimits: { maxOldGenerationSizeMb: heapMegabytes, maxYoungGenerationSizeMb: heapMegabytes / 8 },
    })
    const [ready] = (await once(worker, 'message')) as [FromProbeThread]
    return new ProbeThread(worker, limits, ready.kind === 'ready' ? ready.path : undefined)
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
    const { cpuMs, readMs } = this.#limits
    const budget = new CpuBudget(cpuMs * hangFactor, this.#path)
    let failure: Error | undefined
    let container: ProbeVerdict | undefined
    let next = question
    let storageMs = readMs * slowReads
    for (;;) {
      const reply = await this.#ask(next, budget).catch((error: unknown) => {
        // Tags that exhaust the thread cost the tags and not the upload.
        if (container && !failure && error instanceof ProbeThreadLost)
          return { kind: 'verdict', verdict: container } as const
        throw error
      })
      if (failure) throw failure
      if (reply.kind === 'verdict') return reply.verdict
      if (reply.kind === 'container') {
        container = reply.verdict
        next = { kind: 'continue' }
        continue
      }
      if (reply.kind !== 'read') throw new StorageUnavailable()
      const askedAt = performance.now()
      try {
        const bytes = await inTime(content.read(reply.start, reply.end), Math.min(readMs, storageMs))
        next = { kind: 'bytes', bytes: Uint8Array.from(bytes) }
      } catch (error) {
        failure = error instanceof Error ? error : new Error('Reading failed', { cause: error })
        next = { kind: 'read-failed' }
      }
      const waitedMs = performance.now() - askedAt
      budget.excludeWait(waitedMs)
      storageMs = Math.max(0, storageMs - waitedMs)
    }
  }

  async #ask(message: ToProbeThread, budget: CpuBudget): Promise<FromProbeThread> {
    const late = new AbortController()
    const askedAt = performance.now()
    const watch = setInterval(() => {
      if (budget.isSpent) late.abort(new ProbeThreadLost('The bytes took too much time'))
      else if (performance.now() - askedAt > stallMs) late.abort(new TooBusy(stallRetrySeconds))
    }, watchMs)
    const reply = once(this.#worker, 'message', { signal: late.signal })
    this.#worker.postMessage(message)
    try {
      const [answer] = (await reply) as [FromProbeThread]
      return answer
    } catch (cause) {
      this.#isLost = true
      if (late.signal.aborted) throw late.signal.reason as Error
      if (isOutOfMemory(cause)) throw new ProbeThreadLost('The bytes took too much memory', { cause })
      throw cause
    } finally {
      clearInterval(watch)
    }
  }
}

const isOutOfMemory = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY'

const isSource = import.meta.url.endsWith('.ts')
const entry = new URL(`./probe-thread-entry.${isSource ? 'ts' : 'js'}`, import.meta.url)
/** Run from sources, the thread needs tsx, which Node 20 does not hand on to threads; found from here, wherever the process runs. */
const sourceEntry = (): string => {
  const required = createRequire(import.meta.url).resolve('tsx/esm/api')
  const tsx = pathToFileURL(required.replace(/\.cjs$/, '.mjs')).href
  return `import('${tsx}').then(({ register }) => { register(); return import('${entry.href}') })`
}
