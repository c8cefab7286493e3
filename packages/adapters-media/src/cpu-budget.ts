import { performance } from 'node:perf_hooks'
import { cpuMsOf } from './thread-cpu.ts'

/**
 * Processor time that a thread may use from now on. If the system does not report it, elapsed time stands in, from which
 * waiting is excluded.
 */
export class CpuBudget {
  readonly #limitMs: number
  readonly #path: string | undefined
  readonly #cpuMsAtStart: number | undefined
  readonly #startedAt = performance.now()
  #waitedMs = 0

  constructor(limitMs: number, path: string | undefined) {
    this.#limitMs = limitMs
    this.#path = path
    this.#cpuMsAtStart = path === undefined ? undefined : cpuMsOf(path)
  }

  get isSpent(): boolean {
    return this.#usedMs() > this.#limitMs
  }

  excludeWait(milliseconds: number): void {
    this.#waitedMs += milliseconds
  }

  #usedMs(): number {
    const cpuMs = this.#path === undefined ? undefined : cpuMsOf(this.#path)
    if (cpuMs !== undefined && this.#cpuMsAtStart !== undefined) return cpuMs - this.#cpuMsAtStart
    return performance.now() - this.#startedAt - this.#waitedMs
  }
}
