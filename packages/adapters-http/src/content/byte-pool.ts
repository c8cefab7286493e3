const KiB = 1024

/** A first chunk is this long: a player that looks into a file wants no more. */
export const smallestChunkBytes = 64 * KiB
export const largestChunkBytes = 512 * KiB
/** What a reply gets when nothing is left in the pool: not counted, and not kept. */
const scantBytes = 16 * KiB

export interface BytePoolOptions {
  /** All that is lent and all that is kept, together. */
  readonly capBytes?: number
  /** What is kept of it while nobody needs it. */
  readonly keptBytes?: number
}

/** A buffer on loan. One of the two is called, once. */
export interface LentBytes {
  readonly bytes: Buffer
  /** For the next one. Only where nothing can read it any more: whoever does would see another client's bytes. */
  release(): void
  /** Left to the garbage collector, where that is not known. */
  discard(): void
}

/** Lends the buffers that stored bytes are sent from: allocating one for each chunk costs more than reading it. */
export class BytePool {
  readonly #capBytes: number
  readonly #maxKeptBytes: number
  /** By length, which is a power of two. */
  readonly #kept = new Map<number, Buffer[]>()
  #keptBytes = 0
  #lentBytes = 0
  #replies = 0

  constructor({ capBytes = 64 * KiB * KiB, keptBytes = 16 * KiB * KiB }: BytePoolOptions = {}) {
    this.#capBytes = capBytes
    this.#maxKeptBytes = keptBytes
  }

  get lentBytes(): number {
    return this.#lentBytes
  }

  get keptBytes(): number {
    return this.#keptBytes
  }

  /** How long a chunk of a reply may be now: the more replies share the pool, the shorter. */
  get fairChunkBytes(): number {
    return chunkWithin(this.#capBytes / 2 / Math.max(1, this.#replies))
  }

  /** Counts a reply until the returned function is called. */
  join(): () => void {
    this.#replies++
    return () => {
      this.#replies--
    }
  }

  /** A buffer of about the wanted length, or a shorter one where the pool is exhausted. Never waits. */
  take(wantedBytes: number): LentBytes {
    for (let size = chunkFor(wantedBytes); size >= smallestChunkBytes; size /= 2) {
      const bytes = this.#kept.get(size)?.pop() ?? this.#allocate(size)
      if (bytes) return this.#lend(bytes)
    }
    return { bytes: Buffer.allocUnsafeSlow(scantBytes), release: nothing, discard: nothing }
  }

  #allocate(size: number): Buffer | undefined {
    if (this.#lentBytes + this.#keptBytes + size > this.#capBytes) this.#dropKept()
    if (this.#lentBytes + this.#keptBytes + size > this.#capBytes) return undefined
    this.#keptBytes += size
    return Buffer.allocUnsafeSlow(size)
  }

  #dropKept(): void {
    this.#kept.clear()
    this.#keptBytes = 0
  }

  #lend(bytes: Buffer): LentBytes {
    const size = bytes.length
    this.#keptBytes -= size
    this.#lentBytes += size
    let isLent = true
    const takeBack = (): void => {
      // A buffer that is kept twice would be lent to two clients.
      if (!isLent) throw new Error('The buffer has been given back already')
      isLent = false
      this.#lentBytes -= size
    }
    return {
      bytes,
      discard: takeBack,
      release: () => {
        takeBack()
        this.#keep(bytes)
      },
    }
  }

  #keep(bytes: Buffer): void {
    if (this.#keptBytes + bytes.length > this.#maxKeptBytes) return
    this.#keptBytes += bytes.length
    const kept = this.#kept.get(bytes.length)
    if (kept) kept.push(bytes)
    else this.#kept.set(bytes.length, [bytes])
  }
}

const nothing = (): void => undefined

/** The shortest chunk that holds this much, if any does. */
function chunkFor(bytes: number): number {
  let size = smallestChunkBytes
  while (size < bytes && size < largestChunkBytes) size *= 2
  return size
}

/** The longest chunk that is not longer than this, if any is. */
function chunkWithin(bytes: number): number {
  let size = largestChunkBytes
  while (size > bytes && size > smallestChunkBytes) size /= 2
  return size
}
