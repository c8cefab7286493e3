import type { BufferedContent } from '../buffered-content.ts'

const mostChunks = 1000

export interface RiffChunk {
  readonly name: string
  readonly start: number
  readonly end: number
}

/** A list goes by its type, without it. */
export async function* readChunks(
  content: BufferedContent,
  { start, end }: Pick<RiffChunk, 'start' | 'end'>,
): AsyncGenerator<RiffChunk, void, undefined> {
  let at = start
  for (let count = 0; count < mostChunks && at + 8 <= end; count++) {
    const header = await content.read(at, 12)
    if (header.length < 8) return
    const size = header.readUInt32LE(4)
    const name = header.toString('latin1', 0, 4)
    const isList = name === 'LIST' && header.length === 12 && size >= 4
    const chunkEnd = Math.min(at + 8 + size, end)
    yield { name: isList ? header.toString('latin1', 8) : name, start: at + (isList ? 12 : 8), end: chunkEnd }
    at += 8 + size + (size % 2)
  }
}

/** Up to the first zero. */
export function textOf(bytes: Buffer): Buffer {
  const end = bytes.indexOf(0)
  return Buffer.from(end < 0 ? bytes : bytes.subarray(0, end))
}
