import type { BufferedContent } from '../buffered-content.ts'
import { readId3v2Tag } from './id3v2-tags.ts'
import { textOf } from './riff-chunks.ts'
import { maxValueBytes, TagBlock, type TagBlocks } from './tag-block.ts'

const mostChunks = 1000
const textChunks: Readonly<Record<string, string>> = {
  NAME: 'TITLE',
  AUTH: 'ARTIST',
  '(c) ': 'COPYRIGHT',
  ANNO: 'COMMENT',
}

/** An ID3v2 chunk, and the text chunks of AIFF itself. */
export async function readAiffTags(
  content: BufferedContent,
  start: number,
  blocks: TagBlocks,
): Promise<void> {
  const own = new TagBlock()
  let at = start + 12
  for (let count = 0; count < mostChunks; count++) {
    const header = await content.read(at, 8)
    if (header.length < 8) break
    const name = header.toString('latin1', 0, 4)
    const size = header.readUInt32BE(4)
    const known = textChunks[name]
    if (known) own.add(known, textOf(await content.read(at + 8, Math.min(size, maxValueBytes))))
    if (name.toUpperCase() === 'ID3 ') await readId3v2Tag(content, at + 8, blocks)
    at += 8 + size + (size % 2)
  }
  blocks.add(own)
}
