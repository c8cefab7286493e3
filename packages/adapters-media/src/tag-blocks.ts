import type { ContentView } from './content-view.ts'

export const id3HeaderBytes = 10
const apeHeaderBytes = 32
const mostTags = 8
const mostFrames = 500

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

/** The length of a tag in front of the audio: ID3v2, or an APEv2 tag that has a header. */
function leadingTagLength(header: Buffer): number | undefined {
  const isApe = header.length >= apeHeaderBytes && header.toString('latin1', 0, 8) === 'APETAGEX'
  return isApe ? apeHeaderBytes + header.readUInt32LE(12) : id3Length(header, 0)
}

export interface LeadingTags {
  /** The end of the tags by their sizes; past the end of the content if a tag is cut off. */
  readonly end: number
  /** The start of the last tag. */
  readonly lastStart: number
}

export async function findLeadingTags(content: ContentView): Promise<LeadingTags> {
  let [end, lastStart] = [0, 0]
  for (let tags = 0; tags < mostTags; tags++) {
    const length = leadingTagLength(await content.read(end, apeHeaderBytes))
    if (length === undefined) break
    lastStart = end
    end += length
  }
  return { end, lastStart }
}

/** The end of the last frame of the ID3v2 tag at `start`, for a tag whose own size is wrong. */
export async function endOfId3Frames(content: ContentView, start: number): Promise<number | undefined> {
  const header = await content.read(start, id3HeaderBytes)
  if (id3Length(header, 0) === undefined) return undefined
  const version = header.readUInt8(3)
  const [nameBytes, frameHeaderBytes] = version === 2 ? [3, 6] : [4, 10]
  let at = start + id3HeaderBytes
  for (let frames = 0; frames < mostFrames; frames++) {
    const frame = await content.read(at, frameHeaderBytes)
    if (frame.length < frameHeaderBytes) return undefined
    if (!/^[A-Z][A-Z\d]{2,3}$/.test(frame.toString('latin1', 0, nameBytes)))
      return frames > 0 ? at : undefined
    const size = version === 4 ? syncSafe(frame.subarray(4, 8)) : frame.readUIntBE(nameBytes, nameBytes)
    at += frameHeaderBytes + size
  }
  return undefined
}

const syncSafe = (bytes: Buffer): number => bytes.reduce((sum, byte) => sum * 128 + (byte & 0x7f), 0)

/** Where the trailing ID3v1, APE and Lyrics3 tags begin, in whatever order taggers have stacked them. */
export async function startOfTrailingTags(content: ContentView): Promise<number> {
  let end = content.sizeBytes
  for (let tags = 0; tags < mostTags; tags++) {
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
    return footer.readUInt32LE(12) + (hasHeader ? apeHeaderBytes : 0)
  }
  const lyrics = /(\d{6})LYRICS200$/.exec(tail.toString('latin1'))
  return lyrics ? Number(lyrics[1]) + 15 : undefined
}
