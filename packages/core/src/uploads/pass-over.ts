import { createHash } from 'node:crypto'
import type { ContentFacts } from '../audio/audio.ts'
import { IdempotencyKeyReused } from '../errors.ts'

/**
 * Reads what is stored already and compares it; resolves with what follows.
 * @throws IdempotencyKeyReused where it is something else
 */
export async function passOver(
  content: AsyncIterable<Uint8Array>,
  stored: readonly ContentFacts[],
): Promise<AsyncIterable<Uint8Array>> {
  const source = new Source(content)
  for (const { sizeBytes, sha256 } of stored) {
    const hash = createHash('sha256')
    for (let missingBytes = sizeBytes; missingBytes > 0;) {
      const chunk = await source.next(missingBytes)
      if (!chunk) throw new IdempotencyKeyReused()
      hash.update(chunk)
      missingBytes -= chunk.length
    }
    if (hash.digest('hex') !== sha256) throw new IdempotencyKeyReused()
  }
  return source.rest()
}

/** Gives what it has in chunks of a size that is asked for. */
class Source {
  readonly #chunks: AsyncIterator<Uint8Array>
  #chunk: Uint8Array = new Uint8Array()

  constructor(content: AsyncIterable<Uint8Array>) {
    this.#chunks = content[Symbol.asyncIterator]()
  }

  async next(maxBytes: number): Promise<Uint8Array | undefined> {
    while (this.#chunk.length === 0) {
      const step = await this.#chunks.next()
      if (step.done === true) return undefined
      this.#chunk = step.value
    }
    const taken = this.#chunk.subarray(0, maxBytes)
    this.#chunk = this.#chunk.subarray(taken.length)
    return taken
  }

  async *rest(): AsyncGenerator<Uint8Array, void, undefined> {
    for (;;) {
      const chunk = await this.next(Infinity)
      if (!chunk) return
      yield chunk
    }
  }
}
