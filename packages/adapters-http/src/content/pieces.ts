import type { ByteRange, ContentHandle } from '@audiohost/core'

/** Text of ours, or a part of the content: a body is some of them in a row. */
export type Piece = Uint8Array | ByteRange

export const pieceLength = (piece: Piece): number =>
  piece instanceof Uint8Array ? piece.length : piece.end - piece.start + 1

export const totalLength = (pieces: readonly Piece[]): number =>
  pieces.reduce((sum, piece) => sum + pieceLength(piece), 0)

/** Reads pieces one after another into buffers of any length, each filled to its end. */
export class PieceReader {
  readonly #handle: Pick<ContentHandle, 'read'>
  readonly #pieces: readonly Piece[]
  #next = 0
  /** Within the next piece. */
  #offset = 0
  #left: number

  constructor(handle: Pick<ContentHandle, 'read'>, pieces: readonly Piece[]) {
    this.#handle = handle
    this.#pieces = pieces
    this.#left = totalLength(pieces)
  }

  /** How many bytes are still to come. */
  get left(): number {
    return this.#left
  }

  /** @throws Error where the content ends before its pieces do */
  async fill(into: Uint8Array): Promise<number> {
    const wanted = Math.min(into.length, this.#left)
    let filled = 0
    while (filled < wanted) {
      const piece = this.#pieces[this.#next]
      if (!piece) throw new Error('There are no more pieces')
      filled += await this.#fillFrom(piece, into.subarray(filled, wanted))
    }
    return filled
  }

  async #fillFrom(piece: Piece, into: Uint8Array): Promise<number> {
    const length = Math.min(into.length, pieceLength(piece) - this.#offset)
    if (piece instanceof Uint8Array) into.set(piece.subarray(this.#offset, this.#offset + length))
    else await this.#read(into.subarray(0, length), piece.start + this.#offset)
    this.#offset += length
    this.#left -= length
    if (this.#offset === pieceLength(piece)) {
      this.#next++
      this.#offset = 0
    }
    return length
  }

  async #read(into: Uint8Array, position: number): Promise<void> {
    const read = await this.#handle.read(into, position)
    if (read < into.length) throw new Error('The content is shorter than its Content-Length')
  }
}
