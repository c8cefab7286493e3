import type { Writable } from 'node:stream'
import { largestChunkBytes, smallestChunkBytes, type BytePool, type LentBytes } from './byte-pool.ts'
import type { PieceReader } from './pieces.ts'
import { WeightedSemaphore } from './weighted-semaphore.ts'

/**
 * Long chunks from the beginning of their read until the system has them, of the whole process (docs/decisions/0021): one event
 * loop writes them all, and buffers that are few stay in the cache of the processor.
 */
const underWay = new WeightedSemaphore(2 * largestChunkBytes)

/** A client that took a chunk in less than this can take a longer one. */
const fastMs = 20

/**
 * Reads and writes chunk by chunk, ends the sink with the last one, and resolves with whether all of it has left; `false`
 * where the sink closed before. Reads the next chunk only once the system has taken the one before.
 */
export async function pumpPieces(source: PieceReader, sink: Writable, pool: BytePool): Promise<boolean> {
  const outlet = new Outlet(sink)
  const leave = pool.join()
  let wantedBytes = smallestChunkBytes
  try {
    do {
      const { hasLeft, startedAt } = await sendChunk({ source, outlet, pool, wantedBytes })
      if (!(await hasLeft)) return false
      const isFast = performance.now() - startedAt < fastMs
      wantedBytes = isFast ? Math.min(wantedBytes * 2, largestChunkBytes) : smallestChunkBytes
    } while (source.left > 0)
    return true
  } finally {
    outlet.close()
    leave()
  }
}

interface Sending {
  readonly source: PieceReader
  readonly outlet: Outlet
  readonly pool: BytePool
  readonly wantedBytes: number
}

interface Sent {
  readonly hasLeft: Promise<boolean>
  readonly startedAt: number
}

/** Resolves when the chunk has been handed over. */
async function sendChunk({ source, outlet, pool, wantedBytes }: Sending): Promise<Sent> {
  const chunkBytes = Math.min(source.left, wantedBytes, pool.fairChunkBytes)
  // A player that seeks waits for nobody.
  const weight = chunkBytes > smallestChunkBytes ? chunkBytes : 0
  if (weight > 0) await underWay.acquire(weight)
  try {
    const lent = pool.take(chunkBytes)
    const length = await filled(source, lent)
    const startedAt = performance.now()
    return { startedAt, hasLeft: outlet.write(lent, { length, isLast: source.left === 0 }) }
  } finally {
    if (weight > 0) underWay.release(weight)
  }
}

async function filled(source: PieceReader, lent: LentBytes): Promise<number> {
  try {
    return await source.fill(lent.bytes)
  } catch (error) {
    // No read is under way any more, and nothing of it was written.
    lent.release()
    throw error
  }
}

interface Writing {
  readonly lent: LentBytes
  readonly resolve: (hasLeft: boolean) => void
}

/** Writes one chunk at a time, and knows when its buffer is free. */
class Outlet {
  readonly #sink: Writable
  #writing: Writing | undefined

  constructor(sink: Writable) {
    this.#sink = sink
    sink.on('close', this.#onClose)
  }

  /** Resolves with `false` where the sink has closed. */
  write(lent: LentBytes, { length, isLast }: { length: number; isLast: boolean }): Promise<boolean> {
    if (this.#sink.destroyed) {
      lent.release()
      return Promise.resolve(false)
    }
    return new Promise((resolve) => {
      this.#writing = { lent, resolve }
      const chunk = lent.bytes.subarray(0, length)
      if (isLast) this.#sink.end(chunk, this.#onWritten)
      else this.#sink.write(chunk, this.#onWritten)
    })
  }

  close(): void {
    this.#sink.off('close', this.#onClose)
  }

  /** The one moment at which the buffer is known to be free. */
  readonly #onWritten = (error?: Error | null): void => {
    const writing = this.#writing
    if (!writing) return
    this.#writing = undefined
    if (error) writing.lent.discard()
    else writing.lent.release()
    writing.resolve(!error)
  }

  readonly #onClose = (): void => {
    const writing = this.#writing
    if (!writing) return
    this.#writing = undefined
    writing.lent.discard()
    writing.resolve(false)
  }
}
