import { createHash } from 'node:crypto'
import { sniffAudio } from '../audio/inspect-content.ts'
import { mostSniffedBytes, sniffedBytes, type AudioSniffer } from '../audio/audio-sniffer.ts'
import { ContentTooLarge, UploadLengthExceeded } from '../errors.ts'

export interface PartLimits {
  /** A part is cut after this time, so that a crash loses no more of what a slow client sent ... */
  readonly milliseconds: number
  /** ... once it has this many bytes, so that a slow client does not make thousands of them. */
  readonly leastBytes: number
}

export const defaultPartLimits: PartLimits = { milliseconds: 30_000, leastBytes: 1024 * 1024 }

export interface PartSourceOptions {
  readonly sniffer: AudioSniffer
  /** The offset of the content in its upload. */
  readonly offsetBytes: number
  /** The length of the upload that the client declared, if it did. */
  readonly lengthBytes: number | undefined
  /** The largest length of any upload. */
  readonly limitBytes: number
  readonly makeRoom: (sizeBytes: number) => Promise<void> | undefined
  readonly partLimits: PartLimits
  /** All of the content or nothing: it is not cut, and a failure of the source is one of the part. */
  readonly isAtomic: boolean
}

export interface TakenPart {
  readonly sizeBytes: number
  readonly sha256: string
}

/**
 * Cuts one body into the parts that are stored, without holding more than a chunk. A source that fails ends the part
 * that is being taken: its bytes have arrived and are kept.
 */
export class PartSource {
  /** What the source failed of, once it has. */
  failure: Error | undefined
  readonly #chunks: AsyncIterator<Uint8Array>
  readonly #options: PartSourceOptions
  #next: Uint8Array | undefined
  #isOver = false
  #offsetBytes: number
  /** The first bytes of an upload, until there are enough of them for a verdict. */
  #head: Uint8Array[] | undefined
  #wantedBytes = sniffedBytes

  constructor(content: AsyncIterable<Uint8Array>, options: PartSourceOptions) {
    this.#chunks = content[Symbol.asyncIterator]()
    this.#options = options
    this.#offsetBytes = options.offsetBytes
    if (options.offsetBytes === 0) this.#head = []
  }

  /** Whether there is anything for another part. */
  async hasMore(): Promise<boolean> {
    if (!this.#next && !this.#isOver) await this.#pull()
    return this.#next !== undefined
  }

  /** One part of what comes. `onEnd` is told what it was, when it has been read to its end. */
  async *take(onEnd: (part: TakenPart) => void): AsyncGenerator<Uint8Array, void, undefined> {
    const hash = createHash('sha256')
    const startedAt = performance.now()
    let sizeBytes = 0
    while (!this.#isCut(sizeBytes, startedAt) && (await this.hasMore())) {
      const chunk = this.#next as Uint8Array
      this.#next = undefined
      await this.#admit(chunk)
      hash.update(chunk)
      sizeBytes += chunk.length
      yield chunk
    }
    if (this.failure && this.#options.isAtomic) throw this.failure
    onEnd({ sizeBytes, sha256: hash.digest('hex') })
  }

  /** No more is asked of the source. */
  async close(): Promise<void> {
    if (!this.#isOver) await this.#chunks.return?.()
  }

  #isCut(sizeBytes: number, startedAt: number): boolean {
    const { isAtomic, partLimits } = this.#options
    if (isAtomic || sizeBytes < partLimits.leastBytes) return false
    return performance.now() - startedAt >= partLimits.milliseconds
  }

  async #admit(chunk: Uint8Array): Promise<void> {
    const { lengthBytes, limitBytes, makeRoom, sniffer } = this.#options
    this.#offsetBytes += chunk.length
    if (lengthBytes !== undefined && this.#offsetBytes > lengthBytes)
      throw new UploadLengthExceeded(lengthBytes)
    if (this.#offsetBytes > limitBytes) throw new ContentTooLarge(limitBytes)
    const room = makeRoom(this.#offsetBytes)
    if (room) await room
    if (!this.#head) return
    // Copies the bytes, because the source may reuse its buffer.
    this.#head.push(Uint8Array.from(chunk.subarray(0, mostSniffedBytes)))
    if (this.#offsetBytes < this.#wantedBytes) return
    this.#wantedBytes = mostSniffedBytes
    if (await sniffAudio(sniffer, Buffer.concat(this.#head))) this.#head = undefined
  }

  async #pull(): Promise<void> {
    try {
      let step = await this.#chunks.next()
      while (step.done !== true && step.value.length === 0) step = await this.#chunks.next()
      if (step.done === true) this.#isOver = true
      else this.#next = step.value
    } catch (error) {
      this.#isOver = true
      this.failure = error instanceof Error ? error : new Error('The source failed', { cause: error })
    }
  }
}
