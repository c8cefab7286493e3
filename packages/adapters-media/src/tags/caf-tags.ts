import type { BufferedContent } from '../buffered-content.ts'
import { TagBlock, utf8OrLegacy, type TagBlocks } from './tag-block.ts'

const headerBytes = 8
const chunkHeaderBytes = 12
const mostChunks = 200
const mostInfoBytes = 1024 * 1024
const mostStrings = 2000

/** The names that the format defines, if they are not ours already. */
const names: Readonly<Record<string, string>> = {
  'track number': 'TRACKNUMBER',
  'key signature': 'KEY',
  'encoding application': 'ENCODEDBY',
  'recorded date': 'DATE',
  comments: 'COMMENT',
}

/** The `info` chunk of CAF: pairs of strings that end with zeros, in UTF-8. */
export async function readCafTags(content: BufferedContent, start: number, blocks: TagBlocks): Promise<void> {
  const own = new TagBlock()
  let at = start + headerBytes
  for (let count = 0; count < mostChunks; count++) {
    const header = await content.read(at, chunkHeaderBytes)
    if (header.length < chunkHeaderBytes) break
    const size = Number(header.readBigInt64BE(4))
    const dataStart = at + chunkHeaderBytes
    if (size < 0) break
    if (header.toString('latin1', 0, 4) === 'info')
      addInfo(own, await content.read(dataStart, Math.min(size, mostInfoBytes)))
    at = dataStart + size
  }
  blocks.add(own)
}

function addInfo(block: TagBlock, info: Buffer): void {
  const strings = splitStrings(info.subarray(4))
  for (let index = 0; index + 1 < strings.length; index += 2) {
    const name = strings[index]?.toString('utf8').toLowerCase() ?? ''
    block.add(names[name] ?? name, utf8OrLegacy(strings[index + 1] ?? Buffer.alloc(0)))
  }
}

function splitStrings(bytes: Buffer): readonly Buffer[] {
  const strings: Buffer[] = []
  for (let at = 0; at < bytes.length && strings.length < mostStrings;) {
    const end = bytes.indexOf(0, at)
    strings.push(bytes.subarray(at, end < 0 ? bytes.length : end))
    at = end < 0 ? bytes.length : end + 1
  }
  return strings
}
