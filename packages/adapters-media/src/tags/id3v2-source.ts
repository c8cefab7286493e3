import type { ByteSource, ContentSource } from './byte-source.ts'

const chunkBytes = 64 * 1024

/** Takes out the zero that follows each 0xFF in an unsynchronized tag. */
export function removeUnsynchronization(bytes: Buffer): Buffer {
  const kept = Buffer.alloc(bytes.length)
  let length = 0
  for (let at = 0; at < bytes.length; at++) {
    kept[length++] = bytes[at] ?? 0
    if (bytes[at] === 0xff && bytes[at + 1] === 0) at++
  }
  return kept.subarray(0, length)
}

/** A tag of version 2.2 or 2.3 that is unsynchronized as a whole: its frames count the bytes without those zeros. */
export class UnsynchronizedSource implements ByteSource {
  readonly #source: ContentSource
  #bytes = Buffer.alloc(0)

  constructor(source: ContentSource) {
    this.#source = source
  }

  async read(length: number): Promise<Buffer> {
    const parts: Buffer[] = []
    let wanted = length
    while (wanted > 0 && (await this.#fill())) {
      const part = this.#bytes.subarray(0, wanted)
      this.#bytes = this.#bytes.subarray(part.length)
      parts.push(part)
      wanted -= part.length
    }
    return Buffer.concat(parts)
  }

  async skip(length: number): Promise<void> {
    let left = length
    while (left > 0 && (await this.#fill())) {
      const count = Math.min(left, this.#bytes.length)
      this.#bytes = this.#bytes.subarray(count)
      left -= count
    }
  }

  async #fill(): Promise<boolean> {
    if (this.#bytes.length > 0) return true
    const chunk = await this.#source.read(chunkBytes)
    // The zero of a last 0xFF is in the next chunk.
    const next = chunk.at(-1) === 0xff ? await this.#source.read(1) : Buffer.alloc(0)
    this.#bytes = Buffer.from(removeUnsynchronization(Buffer.concat([chunk, next])))
    return this.#bytes.length > 0
  }
}
