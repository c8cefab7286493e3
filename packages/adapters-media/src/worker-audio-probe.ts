import { availableParallelism } from 'node:os'
import {
  FairScheduler,
  type AudioFormat,
  type AudioProbe,
  type ProbeVerdict,
  type RandomAccessContent,
  type UserId,
} from '@audiohost/core'
import { defaultProbeLimits, type ProbeLimits } from './buffered-content.ts'
import { ProbeThread, ProbeThreadLost } from './probe-thread.ts'

export interface WorkerAudioProbeOptions {
  /** Files probed at a time; others wait. */
  readonly threads?: number
  /** Files that may wait before more are refused. */
  readonly maxWaiting?: number
  readonly limits?: Partial<ProbeLimits>
  /** The encoding of tags that do not name theirs, by its label in the Encoding Standard; detected if there is none. */
  readonly tagCharset?: string | undefined
}

const retryAfterSeconds = 5

/**
 * Probes in worker threads, so that a hostile file neither stops the event loop nor exhausts the heap: its thread is
 * ended, and it is too complex. Threads start when they are first needed and do not keep the process alive. They are
 * shared fairly between owners.
 */
export class WorkerAudioProbe implements AudioProbe {
  readonly #limits: ProbeLimits
  readonly #tagCharset: string | undefined
  readonly #idle: ProbeThread[] = []
  readonly #scheduler: FairScheduler<UserId>

  constructor({ threads, maxWaiting = 128, limits = {}, tagCharset }: WorkerAudioProbeOptions = {}) {
    const slots = threads ?? Math.max(2, availableParallelism())
    this.#limits = { ...defaultProbeLimits, ...limits }
    this.#tagCharset = tagCharset
    this.#scheduler = new FairScheduler({ slots, maxWaiting, retryAfterSeconds })
  }

  /** @throws TooBusy, and whatever reading the content throws */
  async probe(content: RandomAccessContent, format: AudioFormat, ownerId: UserId): Promise<ProbeVerdict> {
    return this.#scheduler.run(ownerId, () => this.#probe(content, format))
  }

  /** Files that are probed, and files that wait for it. */
  usage(): { readonly running: number; readonly waiting: number } {
    return this.#scheduler.usage()
  }

  /** Ends the idle threads, for a quick and clean exit. */
  async close(): Promise<void> {
    await Promise.all(this.#idle.splice(0).map((thread) => thread.stop()))
  }

  async #probe(content: RandomAccessContent, format: AudioFormat): Promise<ProbeVerdict> {
    const thread = this.#idle.pop() ?? (await ProbeThread.start(this.#limits, this.#tagCharset))
    try {
      return await thread.probe(content, format)
    } catch (error) {
      if (error instanceof ProbeThreadLost) return { verdict: 'too-complex' }
      throw error
    } finally {
      if (thread.isLost) await thread.stop()
      else this.#idle.push(thread)
    }
  }
}
