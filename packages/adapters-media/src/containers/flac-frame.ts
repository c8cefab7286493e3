import type { BufferedContent } from '../buffered-content.ts'
import { crc16Step, crc8 } from '../checksums.ts'

export interface FlacStreamInfo {
  readonly largestBlock: number
  /** 0 where the writer did not know. */
  readonly largestFrameBytes: number
  readonly sampleRate: number
  readonly channels: number
  /** 0 where the writer did not know. */
  readonly totalSamples: number
}

interface Frame {
  readonly at: number
  readonly endSample: number
}

const shortestTail = 128 * 1024
const longestTail = 2 * 1024 * 1024

/**
 * The last frame between `start` and `end`, found from the end by its sync code and checksum. `cut`: it is not whole;
 * `none`: there is no frame; `not-near`: none in the part that was looked at.
 */
export async function findLastFrame(
  content: BufferedContent,
  info: FlacStreamInfo,
  { start, end }: { readonly start: number; readonly end: number },
): Promise<Frame | 'cut' | 'none' | 'not-near'> {
  const length = Math.min(longestTail, Math.max(shortestTail, 2 * info.largestFrameBytes), end - start)
  const tail = await content.read(end - length, length)
  let last: Frame | undefined
  for (let at = tail.indexOf(0xff); at >= 0; at = tail.indexOf(0xff, at + 1)) {
    const endSample = readFrameEnd(tail, at, info)
    if (endSample !== undefined && endSample >= (last?.endSample ?? 0)) last = { at, endSample }
  }
  if (!last) return length === end - start ? 'none' : 'not-near'
  return isWhole(tail, last.at) ? last : 'cut'
}

/**
 * A CRC over data and its own CRC is 0, so where it never becomes 0, the frame has no end. What follows the frame
 * may be anything.
 */
function isWhole(tail: Buffer, at: number): boolean {
  let crc = 0
  for (let index = at; index < tail.length; index++) {
    crc = crc16Step(crc, tail.readUInt8(index))
    if (crc === 0) return true
  }
  return false
}

/** The number of the sample after a frame, from its header (RFC 9639 section 9.1); `undefined` where there is no such. */
function readFrameEnd(bytes: Buffer, at: number, info: FlacStreamInfo): number | undefined {
  if (at + 6 > bytes.length || (bytes.readUInt16BE(at) & 0xfffe) !== 0xfff8) return undefined
  const hasSampleNumber = (bytes.readUInt8(at + 1) & 1) === 1
  const codes = bytes.readUInt8(at + 2)
  const channelCode = bytes.readUInt8(at + 3) >>> 4
  const channels = channelCode < 8 ? channelCode + 1 : channelCode < 11 ? 2 : undefined
  if (channels !== info.channels || (bytes.readUInt8(at + 3) & 1) !== 0) return undefined

  const number = readCodedNumber(bytes, at + 4)
  if (!number) return undefined
  const [blockCode, rateCode] = [codes >>> 4, codes & 15]
  const blockAt = at + 4 + number.length
  const blockLength = blockCode === 6 ? 1 : blockCode === 7 ? 2 : 0
  const rateLength = rateCode === 12 ? 1 : rateCode === 13 || rateCode === 14 ? 2 : 0
  const crcAt = blockAt + blockLength + rateLength
  if (crcAt >= bytes.length || rateCode === 15 || blockCode === 0) return undefined
  if (crc8(bytes.subarray(at, crcAt)) !== bytes.readUInt8(crcAt)) return undefined

  const explicitBlock = blockLength > 0 ? bytes.readUIntBE(blockAt, blockLength) + 1 : 0
  const block = explicitBlock || impliedBlock(blockCode)
  if (block > info.largestBlock) return undefined
  return number.value * (hasSampleNumber ? 1 : info.largestBlock) + block
}

const impliedBlock = (code: number): number =>
  code === 1 ? 192 : code < 6 ? 576 * 2 ** (code - 2) : 256 * 2 ** (code - 8)

/** A number of up to 36 bits, coded as UTF-8 codes characters, only longer. */
function readCodedNumber(
  bytes: Buffer,
  at: number,
): { readonly value: number; readonly length: number } | undefined {
  const first = bytes.readUInt8(at)
  if (first < 0x80) return { value: first, length: 1 }
  const length = Math.clz32(~(first << 24))
  if (length < 2 || length > 7 || at + length > bytes.length) return undefined
  let value = first & (0x7f >> length)
  for (const byte of bytes.subarray(at + 1, at + length)) {
    if (byte >>> 6 !== 2) return undefined
    value = value * 64 + (byte & 0x3f)
  }
  return { value, length }
}
