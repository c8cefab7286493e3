export interface Chunk {
  /** Good until the next chunk is asked for, which is written over it. */
  readonly bytes: Buffer
  readonly isLast: boolean
}

/** Full chunks and a last one, which is empty only where all of the source is. */
export async function* inChunks(
  source: AsyncIterable<Uint8Array>,
  chunkBytes: number,
): AsyncGenerator<Chunk, void, undefined> {
  const chunk = Buffer.allocUnsafeSlow(chunkBytes)
  let filled = 0
  for await (const piece of source) {
    for (let taken = 0; taken < piece.length;) {
      if (filled === chunkBytes) {
        yield { bytes: chunk, isLast: false }
        filled = 0
      }
      const fitting = piece.subarray(taken, taken + chunkBytes - filled)
      chunk.set(fitting, filled)
      filled += fitting.length
      taken += fitting.length
    }
  }
  yield { bytes: chunk.subarray(0, filled), isLast: true }
}
