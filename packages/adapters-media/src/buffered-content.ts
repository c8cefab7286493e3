import { performance } from 'node:perf_hooks'
import { setImmediate } from 'node:timers/promises'
import type { RandomAccessContent } from '@audiohost/core'
import { CpuBudget } from './cpu-budget.ts'
import { inTime } from './in-time.ts'
import { ownThreadPath } from './thread-cpu.ts'

/** What one probe may use; beyond it the content counts as hostile. */
export interface ProbeLimits {
  /** Processor time of the thread. Waiting for the storage or for the processor does not count. */
  readonly cpuMs: number
  /** A single read that takes longer is a fault of the storage. */
  readonly readMs: number
  readonly bytes: number
  readonly reads: number
  /** The largest piece that is held at once. */
  readonly pieceBytes: number
}

const mebibyte = 1024 * 1024

export const defaultProbeLimits: ProbeLimits = {
  // Honest files need 10 to 100 ms.
  cpuMs: 1000,
  readMs: 30_000,
  bytes: 64 * mebibyte,
  reads: 400,
  pieceBytes: 16 * mebibyte,
}

export class ProbeLimitExceeded extends Error {}

const blockBytes = 64 * 1024
const keptBlocks = 16
const longestSliceMs = 10

/** Reads content by blocks and keeps the last few, for parsers that ask for a few bytes at a time. */
export class BufferedContent {
  readonly sizeBytes: number
  readonly limits: ProbeLimits
  readonly #content: RandomAccessContent
  readonly #blocks = new Map<number, Buffer>()
  #failure: Error | undefined
  #bytesRead = 0
  #reads = 0
  #isExhausted = false
  readonly #budget: CpuBudget
  #sliceStartedAt = performance.now()

  constructor(content: RandomAccessContent, limits: ProbeLimits) {
    this.#content = content
    this.sizeBytes = content.sizeBytes
    this.limits = limits
    this.#budget = new CpuBudget(limits.cpuMs, ownThreadPath)
  }

  /** How often the content has been asked so far. */
  get reads(): number {
    return this.#reads
  }

  /** Lets another part of the work read as much again. */
  renewReads(): void {
    this.#reads = 0
    this.#bytesRead = 0
  }

  /** Whether a limit was exceeded, which parsers may have swallowed. */
  get isExhausted(): boolean {
    return this.#isExhausted
  }

  /** At most `length` bytes from `start`; fewer only at the end of the content. */
  async read(start: number, length: number): Promise<Buffer> {
    await this.#check(length)
    const end = Math.min(start + length, this.sizeBytes)
    if (start >= end) return Buffer.alloc(0)
    const first = Math.floor(start / blockBytes)
    const last = Math.floor((end - 1) / blockBytes)
    if (last - first > 1) return this.#fetch(start, end)
    const blocks: Buffer[] = []
    for (let index = first; index <= last; index++) blocks.push(await this.#block(index))
    const [only] = blocks
    const joined = only && blocks.length === 1 ? only : Buffer.concat(blocks)
    return joined.subarray(start - first * blockBytes, end - first * blockBytes)
  }

  /** A fault of the storage, which parsers may have swallowed, comes out here as it was. */
  throwFailure(): void {
    if (this.#failure) throw this.#failure
  }

  async #check(length: number): Promise<void> {
    this.throwFailure()
    if (length > this.limits.pieceBytes) this.#refuse('piece')
    const now = performance.now()
    if (now - this.#sliceStartedAt < longestSliceMs) return
    if (this.#budget.isSpent) this.#refuse('time')
    // Awaiting what is in memory never lets other work in.
    await setImmediate()
    this.#sliceStartedAt = performance.now()
    this.#budget.excludeWait(this.#sliceStartedAt - now)
  }

  #refuse(limit: string): never {
    this.#isExhausted = true
    throw new ProbeLimitExceeded(limit)
  }

  async #block(index: number): Promise<Buffer> {
    const kept = this.#blocks.get(index)
    if (kept) return kept
    const start = index * blockBytes
    const block = await this.#fetch(start, Math.min(start + blockBytes, this.sizeBytes))
    const [oldest] = this.#blocks.keys()
    if (oldest !== undefined && this.#blocks.size >= keptBlocks) this.#blocks.delete(oldest)
    this.#blocks.set(index, block)
    return block
  }

  async #fetch(start: number, end: number): Promise<Buffer> {
    this.#reads++
    this.#bytesRead += end - start
    if (this.#reads > this.limits.reads || this.#bytesRead > this.limits.bytes) this.#refuse('reads')
    const askedAt = performance.now()
    try {
      const bytes = await inTime(this.#content.read(start, end), this.limits.readMs)
      if (bytes.length !== end - start) throw new Error('The content is shorter than its size says')
      return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
    } catch (error) {
      this.#failure ??= error instanceof Error ? error : new Error('Reading failed', { cause: error })
      throw this.#failure
    } finally {
      this.#sliceStartedAt = performance.now()
      this.#budget.excludeWait(this.#sliceStartedAt - askedAt)
    }
  }
}
