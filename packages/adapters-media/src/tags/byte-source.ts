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

export async function readUInt32LE(source: ByteSource): Promise<number | undefined> {
  const bytes = await source.read(4)
  return bytes.length === 4 ? bytes.readUInt32LE() : undefined
}
