import { oggCrc32 } from '../checksums.ts'

/** RFC 3533 section 6. */
export interface OggPage {
  readonly serial: number
  readonly isFirstOfStream: boolean
  /** Whether it begins with the rest of a packet. */
  readonly isContinued: boolean
  /** `undefined` if no packet ends on the page. */
  readonly granule: number | undefined
  readonly payloadStart: number
  readonly end: number
}

export const oggMark = Buffer.from('OggS\0', 'latin1')
const headerBytes = 27
export const longestPageBytes = headerBytes + 255 + 255 * 255

/** `end` may lie past the bytes; `undefined` if no whole page header begins at `at`. */
export function readOggPage(bytes: Buffer, at: number): OggPage | undefined {
  if (at + headerBytes > bytes.length || !bytes.subarray(at, at + oggMark.length).equals(oggMark))
    return undefined
  const payloadStart = at + headerBytes + bytes.readUInt8(at + 26)
  if (payloadStart > bytes.length) return undefined
  const flags = bytes.readUInt8(at + 5)
  const granule = bytes.readBigInt64LE(at + 6)
  const payloadBytes = bytes.subarray(at + headerBytes, payloadStart).reduce((sum, lacing) => sum + lacing, 0)
  return {
    serial: bytes.readUInt32LE(at + 14),
    isFirstOfStream: (flags & 2) !== 0,
    isContinued: (flags & 1) !== 0,
    granule: granule === -1n ? undefined : Number(granule),
    payloadStart,
    end: payloadStart + payloadBytes,
  }
}

/** The packets that end on a page, as far as they are on it. */
export function packetsOf(bytes: Buffer, at: number, page: OggPage): readonly Buffer[] {
  const packets: Buffer[] = []
  let start = page.payloadStart
  let end = start
  for (const lacing of bytes.subarray(at + headerBytes, page.payloadStart)) {
    end += lacing
    if (lacing === 255) continue
    packets.push(bytes.subarray(start, end))
    start = end
  }
  return packets
}

export const isOggPageIntact = (bytes: Buffer, at: number, { end }: OggPage): boolean =>
  end <= bytes.length && oggCrc32(bytes.subarray(at, end)) === bytes.readUInt32LE(at + 22)
