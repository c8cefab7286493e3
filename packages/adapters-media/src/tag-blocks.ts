import type { BufferedContent } from './buffered-content.ts'

const id3HeaderBytes = 10

/** The length of the ID3v2 tag that begins at `at`, header and footer included (id3.org, id3v2.4.0-structure, 3.1). */
export function id3Length(bytes: Buffer, at: number): number | undefined {
  if (bytes.length < at + id3HeaderBytes || bytes.toString('latin1', at, at + 3) !== 'ID3') return undefined
  const version = bytes.readUInt8(at + 3)
  if (version < 2 || version > 4 || bytes.readUInt8(at + 4) === 0xff) return undefined
  const size = bytes.subarray(at + 6, at + id3HeaderBytes)
  if (size.some((byte) => byte >= 0x80)) return undefined
  const hasFooter = version === 4 && (bytes.readUInt8(at + 5) & 0x10) !== 0
  return size.reduce((sum, byte) => sum * 128 + byte, 0) + id3HeaderBytes * (hasFooter ? 2 : 1)
}

/** Where what follows the leading ID3v2 tags begins; may lie past the end where a tag was cut off. */
export async function endOfLeadingTags(content: BufferedContent): Promise<number> {
  let at = 0
  for (let tags = 0; tags < 8; tags++) {
    const length = id3Length(await content.read(at, id3HeaderBytes), 0)
    if (length === undefined) return at
    at += length
  }
  return at
}

/** Where the trailing ID3v1, APE and Lyrics3 tags begin, in whatever order taggers have stacked them. */
export async function startOfTrailingTags(content: BufferedContent): Promise<number> {
  let end = content.sizeBytes
  for (let tags = 0; tags < 8; tags++) {
    const tail = await content.read(Math.max(0, end - 128), Math.min(end, 128))
    const length = trailingTagLength(tail)
    if (length === undefined || length > end) return end
    end -= length
  }
  return end
}

function trailingTagLength(tail: Buffer): number | undefined {
  if (tail.length < 32) return undefined
  if (tail.length === 128 && tail.toString('latin1', 0, 3) === 'TAG') return 128
  const footer = tail.subarray(-32)
  if (footer.toString('latin1', 0, 8) === 'APETAGEX') {
    const hasHeader = (footer.readUInt32LE(20) & 0x80000000) !== 0
    return footer.readUInt32LE(12) + (hasHeader ? 32 : 0)
  }
  const lyrics = /(\d{6})LYRICS200$/.exec(tail.toString('latin1'))
  return lyrics ? Number(lyrics[1]) + 15 : undefined
}
