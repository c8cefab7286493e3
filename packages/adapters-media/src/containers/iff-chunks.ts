import type { BufferedContent } from '../buffered-content.ts'

export interface Chunk {
  /** Of what is inside. */
  readonly start: number
  readonly size: number
}

const mostChunks = 200

interface ChunkSearch {
  readonly littleEndian: boolean
  readonly names: readonly string[]
  /** Those with which the search is over. */
  readonly until: readonly string[]
}

/** The first chunk of each name in a RIFF or FORM file. Chunks that end past the content are told as they are. */
export async function findChunks(
  content: BufferedContent,
  { littleEndian, names, until }: ChunkSearch,
): Promise<ReadonlyMap<string, Chunk>> {
  const found = new Map<string, Chunk>()
  let at = 12
  for (let count = 0; count < mostChunks && at + 8 <= content.sizeBytes; count++) {
    const header = await content.read(at, 8)
    const name = header.toString('latin1', 0, 4)
    const size = littleEndian ? header.readUInt32LE(4) : header.readUInt32BE(4)
    if (names.includes(name) && !found.has(name)) found.set(name, { start: at + 8, size })
    if (until.every((wanted) => found.has(wanted))) break
    at += 8 + size + (size % 2)
  }
  return found
}

/** Writers to a pipe cannot go back: they leave 0, all ones (or nearly), or a size about 2 GiB. */
export const isUnknownSize = (size: number): boolean =>
  size === 0 || isWithin(size, 0xffffff00, 0xffffffff) || isWithin(size, 0x7ffff000, 0x80000000)

const isWithin = (size: number, least: number, most: number): boolean => size >= least && size <= most
