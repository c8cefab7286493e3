import type { BufferedContent } from '../buffered-content.ts'
import { id3Length } from '../tag-blocks.ts'

const headerBytes = 10

/** An ID3v2 tag (https://id3.org/id3v2.4.0-structure). */
export interface Id3v2Tag {
  readonly version: 2 | 3 | 4
  readonly isUnsynchronized: boolean
  /** Of the frames. */
  readonly start: number
  readonly end: number
}

export async function readId3v2Header(content: BufferedContent, at: number): Promise<Id3v2Tag | undefined> {
  const header = await content.read(at, headerBytes)
  const length = id3Length(header, 0)
  const version = header[3]
  if (length === undefined || (version !== 2 && version !== 3 && version !== 4)) return undefined
  const flags = header.readUInt8(5)
  const end = Math.min(at + length, content.sizeBytes)
  const start = at + headerBytes
  const hasExtension = version > 2 && (flags & 0x40) !== 0
  // A compressed tag of version 2.2 has no defined content.
  if (version === 2 && (flags & 0x40) !== 0) return undefined
  const extension = hasExtension ? await extensionBytes(content, start, version) : 0
  return { version, isUnsynchronized: (flags & 0x80) !== 0, start: start + extension, end }
}

/** Version 2.4 counts the size field itself, 2.3 does not. */
async function extensionBytes(content: BufferedContent, at: number, version: number): Promise<number> {
  const size = await content.read(at, 4)
  if (size.length < 4) return 0
  return version === 4 ? syncsafe(size, 0) : size.readUInt32BE() + 4
}

/** Seven bits a byte. */
export const syncsafe = (bytes: Buffer, at: number): number =>
  bytes.subarray(at, at + 4).reduce((sum, byte) => sum * 128 + (byte & 0x7f), 0)
