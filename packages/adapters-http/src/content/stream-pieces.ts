import { Readable } from 'node:stream'
import type { ByteRange, OpenedAudio } from '@audiohost/core'
import type { Piece } from './pieces.ts'

type Open = OpenedAudio['content']

/** The pieces as one stream, for a store that offers no handles; the ranges are opened one after another. */
export async function streamPieces(pieces: readonly Piece[], open: Open): Promise<Readable> {
  const ranges = pieces.filter(isRange)
  const [range] = ranges
  // What can fail for want of the content fails here, before the first byte.
  const first = await open(range)
  if (pieces.length === 1) return first
  const stream = Readable.from(bytesOf(pieces, { open, first, range }), { objectMode: false })
  // A generator that was never begun runs no `finally`.
  stream.once('close', () => first.destroy())
  return stream
}

interface Opening {
  readonly open: Open
  readonly first: Readable
  readonly range: ByteRange | undefined
}

async function* bytesOf(
  pieces: readonly Piece[],
  { open, first, range }: Opening,
): AsyncGenerator<Uint8Array> {
  for (const piece of pieces) {
    if (isRange(piece)) yield* (piece === range ? first : await open(piece)) as AsyncIterable<Uint8Array>
    else yield piece
  }
}

const isRange = (piece: Piece): piece is ByteRange => !(piece instanceof Uint8Array)
