import type { BufferedContent } from '../buffered-content.ts'

/** Bytes that are read in order. Skipped bytes are not fetched if the source allows that. */
export interface ByteSource {
  /** Fewer bytes than `length` only at the end. */
  read(length: number): Promise<Buffer>
  skip(length: number): Promise<void>
}

/** A range of the content. */
export class ContentSource implements ByteSource {
  readonly content: BufferedContent
  readonly end: number
  position: number

  constructor(content: BufferedContent, start: number, end: number) {
    this.content = content
    this.position = start
    this.end = Math.min(end, content.sizeBytes)
  }

  get remaining(): number {
    return Math.max(0, this.end - this.position)
  }

  async read(length: number): Promise<Buffer> {
    const bytes = await this.content.read(this.position, Math.min(length, this.remaining))
    this.position += bytes.length
    return bytes
  }

  async skip(length: number): Promise<void> {
    this.position += length
  }
}

/** Bytes in memory. */
export class MemorySource implements ByteSource {
  readonly #bytes: Buffer
  #position = 0

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  async read(length: number): Promise<Buffer> {
    const bytes = this.#bytes.subarray(this.#position, this.#position + length)
    this.#position += bytes.length
    return bytes
  }

  async skip(length: number): Promise<void> {
    this.#position += length
  }
}

const chunkBytes = 64 * 1024

/** Takes many small values out of a source: a promise for each would cost more than the values. */
export class ChunkReader {
  readonly #source: ByteSource
  #chunk: Buffer = Buffer.alloc(0)
  #at = 0

  constructor(source: ByteSource) {
    this.#source = source
  }

  /** Bytes that can be taken without waiting. */
  get available(): number {
    return this.#chunk.length - this.#at
  }

  take(length: number): Buffer {
    const bytes = this.#chunk.subarray(this.#at, this.#at + length)
    this.#at += bytes.length
    return bytes
  }

  async skip(length: number): Promise<void> {
    const here = Math.min(length, this.available)
    this.#at += here
    if (here < length) await this.#source.skip(length - here)
  }

  /** Makes so many bytes available; `false` if the source ends before. */
  async fill(length: number): Promise<boolean> {
    const rest = this.#chunk.subarray(this.#at)
    const more = await this.#source.read(Math.max(chunkBytes, length - rest.length))
    this.#chunk = Buffer.concat([rest, more])
    this.#at = 0
    return this.#chunk.length >= length
  }
}
