export const streamInfoBytes = 34

/** Numbers that the writer did not know are 0. */
export interface FlacStreamInfo {
  readonly largestBlock: number
  readonly largestFrameBytes: number
  readonly sampleRate: number
  readonly channels: number
  readonly bitDepth: number
  readonly totalSamples: number
}

/** RFC 9639 section 8.2. */
export function readStreamInfo(block: Buffer): FlacStreamInfo {
  const word = block.readUInt32BE(10)
  return {
    largestBlock: block.readUInt16BE(2),
    largestFrameBytes: block.readUIntBE(7, 3),
    sampleRate: word >>> 12,
    channels: ((word >>> 9) & 7) + 1,
    bitDepth: ((word >>> 4) & 31) + 1,
    totalSamples: (block.readUInt8(13) & 15) * 2 ** 32 + block.readUInt32BE(14),
  }
}
