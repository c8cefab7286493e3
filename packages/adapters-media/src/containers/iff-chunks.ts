import type { ContentView } from '../content-view.ts'

export interface Chunk {
  /** The position of the chunk's data. */
  readonly start: number
  readonly size: number
}

const mostChunks = 200

interface ChunkSearch {
  readonly littleEndian: boolean
  readonly names: readonly string[]
  /** The search ends when it has found these. */
  readonly until: readonly string[]
}

/** The first chunk of each name in a RIFF or FORM file. Chunks that end past the content are returned as they are. */
export async function findChunks(
  content: ContentView,
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

interface SoundSizes {
  /** The bytes from the start of the sound to the end of the content. */
  readonly available: number
  /** The size that the sound chunk claims. */
  readonly claimed: number
  /** The bytes of all samples, if another header counts them. */
  readonly counted: number | undefined
  /** Whether the size of the whole is unknown, or more than there is. */
  readonly announcesMore: boolean
}

/**
 * The bytes of sound that are there. `cut`: every header that has a size announces more than there is. A single one
 * does not count: some writers put the size of the whole file into the sound chunk.
 */
export function soundBytes({ available, claimed, counted, announcesMore }: SoundSizes): number | 'cut' {
  if (isUnknownSize(claimed)) return available
  if (claimed <= available) return claimed
  if (counted !== undefined && counted > 0 && counted <= available) return counted
  return announcesMore ? 'cut' : available
}
