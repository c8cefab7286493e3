import { createCipheriv, createHash } from 'node:crypto'
import { buffer } from 'node:stream/consumers'
import type { Readable } from 'node:stream'

/** The same bytes for the same seed, and no pattern that a mistake in ranges could hide behind. */
export function someBytes(length: number, seed = 'bytes'): Buffer {
  const key = createHash('sha256').update(seed).digest()
  return createCipheriv('aes-256-ctr', key, Buffer.alloc(16)).update(Buffer.alloc(length))
}

/** The bytes in pieces, as they would arrive. */
export async function* inPieces(
  bytes: Uint8Array,
  pieceBytes = 1000,
): AsyncGenerator<Uint8Array, void, undefined> {
  for (let start = 0; start < bytes.length; start += pieceBytes) {
    // Gives way between pieces, as a socket does.
    await new Promise(setImmediate)
    yield bytes.subarray(start, start + pieceBytes)
  }
}

export async function bytesOf(content: Readable | undefined): Promise<Buffer> {
  if (!content) throw new Error('There is no content')
  return buffer(content)
}

/** For `expect(...).to.equal(true)`: a deep comparison that fails would print megabytes. */
export const isSame = (actual: Uint8Array, expected: Uint8Array): boolean =>
  Buffer.compare(actual, expected) === 0
