import type { ContentView } from '../content-view.ts'
import { crc16Step, crc8 } from '../checksums.ts'
import type { FlacStreamInfo } from './flac-stream-info.ts'

/** What the header of a frame says (RFC 9639 section 9.1). `undefined`: STREAMINFO has it. */
export interface FlacFrame {
  readonly isVariable: boolean
  /** Of the first sample if the block size is variable, else of the frame. */
  readonly number: number
  readonly block: number
  readonly channels: number
  readonly sampleRate: number | undefined
  readonly bitDepth: number | undefined
}

interface LastFrame {
  readonly at: number
  readonly endSample: number
}

const shortestTail = 128 * 1024
const longestTail = 2 * 1024 * 1024

/**
 * The last frame between `start` and `end`, found from the end by its sync code and checksum. `cut`: it is not whole;
 * `none`: there is no frame; `not-near`: there is none near the end.
 */
export async function findLastFrame(
  content: ContentView,
  { info, first }: { readonly info: FlacStreamInfo; readonly first: FlacFrame | undefined },
  { start, end }: { readonly start: number; readonly end: number },
): Promise<LastFrame | 'cut' | 'none' | 'not-near'> {
  const length = Math.min(longestTail, Math.max(shortestTail, 2 * info.largestFrameBytes), end - start)
  const tail = await content.read(end - length, length)
  let last: LastFrame | undefined
  for (let at = tail.indexOf(0xff); at >= 0; at = tail.indexOf(0xff, at + 1)) {
    const frame = readFlacFrame(tail, at)
    if (!frame || (first && !isOfStream(frame, first)) || frame.channels !== (first ?? info).channels)
      continue
    const endSample = firstSample(frame, first?.block ?? info.largestBlock) + frame.block
    if (endSample >= (last?.endSample ?? 0)) last = { at, endSample }
  }
  if (!last) return length === end - start ? 'none' : 'not-near'
  return isWhole(tail, last.at) ? last : 'cut'
}

const isOfStream = (frame: FlacFrame, first: FlacFrame): boolean =>
  frame.isVariable === first.isVariable &&
  frame.sampleRate === first.sampleRate &&
  frame.bitDepth === first.bitDepth &&
  // The last block of a stream with a fixed block size may be shorter.
  (frame.isVariable || frame.block <= first.block)

export const firstSample = ({ isVariable, number }: FlacFrame, blockOfStream: number): number =>
  isVariable ? number : number * blockOfStream

/**
 * A CRC over data and its own CRC is 0, so a frame has its end where the CRC becomes 0. It does so by chance, too, in
 * one of some ten frames, so the frame must be followed by nothing, or by something other than more of a frame.
 */
function isWhole(tail: Buffer, at: number): boolean {
  let crc = 0
  let checks = 0
  for (let index = at; index < tail.length && checks < mostChecks; index++) {
    crc = crc16Step(crc, tail.readUInt8(index))
    if (crc !== 0) continue
    if (isFiller(tail.subarray(index + 1))) return true
    checks++
  }
  return false
}

const tagMarks = ['ID3', 'TAG', 'APETAGEX', 'LYRICSBEGIN', '3DI', 'fLaC']
const fewValues = 16
/** Each may look at all that follows. */
const mostChecks = 64

/** Tags, text, and padding of any few bytes. */
const isFiller = (rest: Buffer): boolean =>
  rest.length === 0 ||
  tagMarks.some((mark) => rest.toString('latin1', 0, mark.length) === mark) ||
  (rest.length > 2 * fewValues && new Set(rest.subarray(0, 4096)).size <= fewValues) ||
  (rest[0] !== 0xff && rest.every((byte) => byte === rest[0])) ||
  rest.every((byte) => byte >= 9 && byte < 0x7f)

const sampleRates = [88200, 176400, 192000, 8000, 16000, 22050, 24000, 32000, 44100, 48000, 96000]
const bitDepths = [undefined, 8, 12, undefined, 16, 20, 24, 32]

export function readFlacFrame(bytes: Buffer, at: number): FlacFrame | undefined {
  if (at + 6 > bytes.length || (bytes.readUInt16BE(at) & 0xfffe) !== 0xfff8) return undefined
  const channelCode = bytes.readUInt8(at + 3) >>> 4
  const depthCode = (bytes.readUInt8(at + 3) >>> 1) & 7
  if (channelCode > 10 || depthCode === 3 || (bytes.readUInt8(at + 3) & 1) !== 0) return undefined
  const number = readCodedNumber(bytes, at + 4)
  if (!number) return undefined
  const [blockCode, rateCode] = [bytes.readUInt8(at + 2) >>> 4, bytes.readUInt8(at + 2) & 15]
  const blockAt = at + 4 + number.length
  const blockLength = blockCode === 6 ? 1 : blockCode === 7 ? 2 : 0
  const rateLength = rateCode === 12 ? 1 : rateCode === 13 || rateCode === 14 ? 2 : 0
  const crcAt = blockAt + blockLength + rateLength
  if (crcAt >= bytes.length || rateCode === 15 || blockCode === 0) return undefined
  if (crc8(bytes.subarray(at, crcAt)) !== bytes.readUInt8(crcAt)) return undefined

  const explicitRate = rateLength > 0 ? bytes.readUIntBE(blockAt + blockLength, rateLength) : 0
  return {
    isVariable: (bytes.readUInt8(at + 1) & 1) === 1,
    number: number.value,
    block: blockLength > 0 ? bytes.readUIntBE(blockAt, blockLength) + 1 : impliedBlock(blockCode),
    channels: channelCode < 8 ? channelCode + 1 : 2,
    sampleRate: explicitRate > 0 ? explicitRate * (rateUnits[rateCode] ?? 1) : sampleRates[rateCode - 1],
    bitDepth: bitDepths[depthCode],
  }
}

const rateUnits: Readonly<Record<number, number>> = { 12: 1000, 13: 1, 14: 10 }

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
