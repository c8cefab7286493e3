import type { BufferedContent } from '../buffered-content.ts'
import type { Box } from '../containers/mp4-boxes.ts'

/** Boxes whose names may be any bytes, such as the numbers of QuickTime keys. */
export async function* readAtoms(
  content: BufferedContent,
  { start, end }: Pick<Box, 'start' | 'end'>,
  most: number,
): AsyncGenerator<Box, void, undefined> {
  let at = start
  for (let count = 0; count < most && at + 8 <= end; count++) {
    const header = await content.read(at, 8)
    if (header.length < 8) return
    const size = header.readUInt32BE(0)
    if (size < 8 || at + size > end) return
    yield { name: header.toString('latin1', 4, 8), start: at + 8, end: at + size }
    at += size
  }
}

export async function findAtom(
  content: BufferedContent,
  within: Pick<Box, 'start' | 'end'>,
  name: string,
): Promise<Box | undefined> {
  for await (const atom of readAtoms(content, within, 500)) if (atom.name === name) return atom
  return undefined
}
