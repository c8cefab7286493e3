import { randomUUID } from 'node:crypto'
import type { ByteRange } from '@audiohost/core'
import type { Piece } from './pieces.ts'

export interface MultipartRanges {
  readonly contentType: string
  readonly pieces: readonly Piece[]
}

/** RFC 9110 section 14.6: several ranges in one body, each with its place in the whole. */
export function multipartRanges(
  ranges: readonly ByteRange[],
  { contentType, sizeBytes }: { readonly contentType: string; readonly sizeBytes: number },
): MultipartRanges {
  // Random: nobody can upload a content that ends its own part.
  const boundary = randomUUID()
  const head = ({ start, end }: ByteRange): Buffer =>
    Buffer.from(
      `\r\n--${boundary}\r\nContent-Type: ${contentType}\r\nContent-Range: bytes ${start}-${end}/${sizeBytes}\r\n\r\n`,
    )
  return {
    contentType: `multipart/byteranges; boundary=${boundary}`,
    pieces: [...ranges.flatMap((range) => [head(range), range]), Buffer.from(`\r\n--${boundary}--\r\n`)],
  }
}
