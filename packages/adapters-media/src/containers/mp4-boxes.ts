import type { ContentView } from '../content-view.ts'

/** ISO 14496-12 section 4.2. */
export interface Box {
  readonly name: string
  readonly boxStart?: number
  /** The position of the data. */
  readonly start: number
  /** Past the end of the content if the box is cut off. */
  readonly end: number
}

export const mostChildren = 200

/** The boxes one after another, at most `most`; stops at what is no box. */
export async function* readBoxes(
  content: ContentView,
  { start, end }: Pick<Box, 'start' | 'end'>,
  most: number,
): AsyncGenerator<Box, void, undefined> {
  let at = start
  for (let count = 0; count < most && at + 8 <= end; count++) {
    const header = await content.read(at, 16)
    if (header.length < 8) return
    const name = header.toString('latin1', 4, 8)
    const short = header.readUInt32BE(0)
    const isLong = short === 1
    if (isLong && header.length < 16) return
    const size = short === 0 ? end - at : isLong ? Number(header.readBigUInt64BE(8)) : short
    const headerBytes = isLong ? 16 : 8
    if (size < headerBytes || !/^[\x20-\x7e\xa9]{4}$/.test(name)) return
    yield { name, boxStart: at, start: at + headerBytes, end: at + size }
    at += size
  }
}

/** The first box at the end of a path of names, each within the one before. */
export async function findBox(
  content: ContentView,
  within: Box,
  path: readonly string[],
): Promise<Box | undefined> {
  const [name, ...rest] = path
  if (name === undefined) return within
  for await (const box of readBoxes(content, within, mostChildren))
    if (box.name === name) return findBox(content, box, rest)
  return undefined
}
