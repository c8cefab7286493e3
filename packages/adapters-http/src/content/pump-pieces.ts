import type { Writable } from 'node:stream'
import { largestChunkBytes, smallestChunkBytes, type BytePool, type LentBytes } from './byte-pool.ts'
import type { PieceReader } from './pieces.ts'
import { Turns } from './turns.ts'

/** Of the process, which has one event loop: two of the longest chunks take about 0.4 ms of it, and so do eight of 128 KiB. */
const turns = new Turns(2 * largestChunkBytes)

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
  // A player that seeks waits for nobody.
  let isFirst = true
  try {
    do {
      const chunkBytes = Math.min(source.left, wantedBytes, pool.fairChunkBytes)
      // Before it is read: what has been read and waits would need a buffer each, which no cache of the processor holds.
      if (!isFirst) await turns.next(chunkBytes)
      if (sink.destroyed) return false
      isFirst = false
      const lent = pool.take(chunkBytes)
      const length = await filled(source, lent)
      const startedAt = performance.now()
      if (!(await outlet.write(lent, { length, isLast: source.left === 0 }))) return false
      const isFast = performance.now() - startedAt < fastMs
      wantedBytes = isFast ? Math.min(wantedBytes * 2, largestChunkBytes) : smallestChunkBytes
    } while (source.left > 0)
    return true
  } finally {
    outlet.close()
    leave()
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
