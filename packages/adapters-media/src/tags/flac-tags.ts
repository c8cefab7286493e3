import type { BufferedContent } from '../buffered-content.ts'
import { ContentSource } from './byte-source.ts'
import type { TagBlocks } from './tag-block.ts'
import { readVorbisComments } from './vorbis-comments.ts'

const mostBlocks = 200
export const flacBlockTypes = { comments: 4, picture: 6 } as const

/** The metadata blocks of FLAC whose marker is at `start` (RFC 9639 section 8). */
export async function readFlacTags(
  content: BufferedContent,
  start: number,
  blocks: TagBlocks,
): Promise<void> {
  const block = blocks.open()
  let at = start + 4
  for (let count = 0; count < mostBlocks; count++) {
    const header = await content.read(at, 4)
    if (header.length < 4) break
    const type = header.readUInt8(0) & 0x7f
    const end = at + 4 + header.readUIntBE(1, 3)
    if (type === flacBlockTypes.comments)
      await readVorbisComments(new ContentSource(content, at + 4, end), block)
    if (type === flacBlockTypes.picture && end <= content.sizeBytes) block.hasCover = true
    if (header.readUInt8(0) >= 0x80) break
    at = end
  }
}
