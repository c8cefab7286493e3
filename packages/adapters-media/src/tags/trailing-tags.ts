import type { BufferedContent } from '../buffered-content.ts'
import { apeFooterBytes, readApeItems } from './ape-tag.ts'
import { ContentSource } from './byte-source.ts'
import { id3v1Bytes, readId3v1Tag } from './id3v1-tag.ts'
import type { TagBlock, TagBlocks } from './tag-block.ts'

const mostTags = 8
const lyricsFooterBytes = 15

/**
 * ID3v1 and APE tags at the end, in whatever order they are stacked, with Lyrics3 between them. APE comes first, because
 * ID3v1 cuts its texts at 30 bytes.
 */
export async function readTrailingTags(content: BufferedContent, blocks: TagBlocks): Promise<void> {
  const id3v1: TagBlock[] = []
  let end = content.sizeBytes
  for (let count = 0; count < mostTags && end > 0; count++) {
    const tail = await content.read(Math.max(0, end - id3v1Bytes), Math.min(end, id3v1Bytes))
    const lyrics = /(\d{6})LYRICS200$/.exec(tail.toString('latin1'))
    const ape = apeTagAt(tail, end)
    if (tail.length === id3v1Bytes && tail.toString('latin1', 0, 3) === 'TAG') {
      id3v1.push(readId3v1Tag(tail))
      end -= id3v1Bytes
    } else if (ape) {
      const source = new ContentSource(content, ape.start, end - apeFooterBytes)
      await readApeItems(source, ape.items, blocks.open())
      end = ape.start - ape.headerBytes
    } else if (lyrics) end -= Number(lyrics[1]) + lyricsFooterBytes
    else break
  }
  id3v1.forEach((block) => {
    blocks.add(block)
  })
}

function apeTagAt(tail: Buffer, end: number) {
  const footer = tail.subarray(-apeFooterBytes)
  if (footer.length < apeFooterBytes || footer.toString('latin1', 0, 8) !== 'APETAGEX') return undefined
  const start = end - footer.readUInt32LE(12)
  const hasHeader = (footer.readUInt32LE(20) & 0x80000000) !== 0
  if (start < 0 || start > end - apeFooterBytes) return undefined
  return { start, items: footer.readUInt32LE(16), headerBytes: hasHeader ? apeFooterBytes : 0 }
}
