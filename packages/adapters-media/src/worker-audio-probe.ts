import { availableParallelism } from 'node:os'
import type { AudioFormat, AudioProbe, ProbeVerdict, RandomAccessContent } from '@audiohost/core'
import { defaultProbeLimits, type ProbeLimits } from './buffered-content.ts'
import { ProbeThread, ProbeThreadLost } from './probe-thread.ts'

export interface WorkerAudioProbeOptions {
  /** How many contents are probed at once; further ones wait. */
  readonly threads?: number
  readonly limits?: Partial<ProbeLimits>
}

/**
 * Probes in worker threads, so that a hostile file neither stops the event loop nor exhausts the heap: its thread is
 * ended, and it is unreadable. Threads start when they are first needed and do not keep the process alive.
 */
export class WorkerAudioProbe implements AudioProbe {
  readonly #limits: ProbeLimits
  readonly #idle: ProbeThread[] = []
  readonly #waiting: (() => void)[] = []
  #free: number

  constructor({ threads = Math.max(2, availableParallelism()), limits = {} }: WorkerAudioProbeOptions = {}) {
    this.#limits = { ...defaultProbeLimits, ...limits }
    this.#free = threads
  }

  /** @throws whatever reading the content throws */
  async probe(content: RandomAccessContent, format: AudioFormat): Promise<ProbeVerdict> {
    await this.#enter()
    try {
      return await this.#probe(content, format)
    } finally {
      this.#leave()
    }
  }

  /** Ends the idle threads, for a quick and clean exit. */
  async close(): Promise<void> {
    await Promise.all(this.#idle.splice(0).map((thread) => thread.stop()))
  }

  async #probe(content: RandomAccessContent, format: AudioFormat): Promise<ProbeVerdict> {
    const thread = this.#idle.pop() ?? (await ProbeThread.start(this.#limits))
    try {
      return await thread.probe(content, format)
    } catch (error) {
      if (error instanceof ProbeThreadLost) return { verdict: 'unreadable' }
      throw error
    } finally {
      if (thread.isLost) await thread.stop()
      else this.#idle.push(thread)
    }
  }

  async #enter(): Promise<void> {
    if (this.#free > 0) {
      this.#free--
      return
    }
    await new Promise<void>((resolve) => {
      this.#waiting.push(resolve)
    })
  }

  #leave(): void {
    const next = this.#waiting.shift()
    if (next) next()
    else this.#free++
  }
}
