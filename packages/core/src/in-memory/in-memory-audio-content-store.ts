import { Readable } from 'node:stream'
import type { AudioContentStore, ByteRange, IsInFlight, StoredContent } from '../audio/audio-content-store.ts'
import type { ContentHandle, ContentHandles } from '../audio/content-handles.ts'
import type { Clock } from '../clock.ts'
import { StorageFull } from '../errors.ts'
import type { AudioId } from '../ids.ts'

export interface InMemoryAudioContentStoreOptions {
  readonly clock?: Clock
  /** Beyond this many bytes in all, writes throw `StorageFull`. */
  readonly capacityBytes?: number
}

interface KeptContent {
  readonly bytes: Buffer
  readonly writtenAt: Date
}

const pieceBytes = 64 * 1024

/** Keeps content in the memory of this process: for tests, demonstrations and embedding. Nothing survives its end. */
export class InMemoryAudioContentStore implements AudioContentStore, ContentHandles {
  readonly #contents = new Map<AudioId, KeptContent>()
  readonly #clock: Clock
  readonly #capacityBytes: number
  /** Acquired and not released yet. */
  openHandles = 0
  /** Those of writes under way are counted too, so that racing writes cannot pass the capacity together. */
  #usedBytes = 0

  constructor(options: InMemoryAudioContentStoreOptions = {}) {
    this.#clock = options.clock ?? { now: () => new Date() }
    this.#capacityBytes = options.capacityBytes ?? Infinity
  }

  async write(id: AudioId, source: AsyncIterable<Uint8Array>): Promise<void> {
    this.#refuseSecondWrite(id)
    const pieces: Uint8Array[] = []
    let sizeBytes = 0
    try {
      for await (const chunk of source) {
        this.#usedBytes += chunk.length
        sizeBytes += chunk.length
        if (this.#usedBytes > this.#capacityBytes) throw new StorageFull()
        // A copy: the source may use its buffer again.
        pieces.push(Uint8Array.from(chunk))
      }
      this.#refuseSecondWrite(id)
    } catch (error) {
      this.#usedBytes -= sizeBytes
      throw error
    }
    this.#contents.set(id, { bytes: Buffer.concat(pieces), writtenAt: this.#clock.now() })
  }

  async open(id: AudioId, range?: ByteRange): Promise<Readable | undefined> {
    const content = this.#contents.get(id)
    if (!content) return undefined
    const size = content.bytes.length
    if (range && !(0 <= range.start && range.start <= range.end && range.end < size)) {
      throw new RangeError(`There are no bytes ${range.start}-${range.end} in a content of ${size} bytes`)
    }
    return readableOf(range ? content.bytes.subarray(range.start, range.end + 1) : content.bytes)
  }

  async acquire(id: AudioId): Promise<ContentHandle | undefined> {
    const content = this.#contents.get(id)
    if (!content) return undefined
    this.openHandles++
    return {
      sizeBytes: content.bytes.length,
      read: async (into, position) => content.bytes.copy(into, 0, position),
      release: () => {
        this.openHandles--
      },
    }
  }

  async stat(id: AudioId): Promise<StoredContent | undefined> {
    const content = this.#contents.get(id)
    return content && { id, sizeBytes: content.bytes.length, writtenAt: content.writtenAt }
  }

  async remove(id: AudioId): Promise<void> {
    this.#usedBytes -= this.#contents.get(id)?.bytes.length ?? 0
    this.#contents.delete(id)
  }

  async *list(): AsyncGenerator<StoredContent, void, undefined> {
    for (const [id, { bytes, writtenAt }] of this.#contents) {
      yield { id, sizeBytes: bytes.length, writtenAt }
    }
  }

  /** An unfinished write leaves nothing here, not even after a crash. */
  async removePartial(_before: Date, _isInFlight: IsInFlight): Promise<number> {
    return 0
  }

  async countPartial(_before: Date, _isInFlight: IsInFlight): Promise<number> {
    return 0
  }

  async check(): Promise<void> {
    // Memory is always there.
  }

  #refuseSecondWrite(id: AudioId): void {
    if (this.#contents.has(id)) throw new Error(`The content of ${id} has been written already`)
  }
}

/** Copies piece by piece as it is read, so that no reader holds or changes what is kept. */
function readableOf(bytes: Buffer): Readable {
  let position = 0
  return new Readable({
    highWaterMark: pieceBytes,
    read() {
      const piece = Buffer.from(bytes.subarray(position, position + pieceBytes))
      position += piece.length
      this.push(piece.length > 0 ? piece : null)
    },
  })
}
