import type { BufferedContent } from '../buffered-content.ts'
import { startOfTrailingTags } from '../tag-blocks.ts'
import { averageBitrate, truncated, unreadable, type ContainerReading } from './container-reading.ts'
import { findLastFrame, type FlacStreamInfo } from './flac-frame.ts'

const streamInfoBytes = 34
const mostBlocks = 200

/** FLAC whose marker stands at `start` (RFC 9639 section 8). */
export async function readFlac(content: BufferedContent, start: number): Promise<ContainerReading> {
  const head = await content.read(start, 8 + streamInfoBytes)
  if (head.length < 8 + streamInfoBytes) return truncated
  if ((head.readUInt8(4) & 0x7f) !== 0 || head.readUIntBE(5, 3) !== streamInfoBytes) return unreadable
  const info = readStreamInfo(head.subarray(8))
  const framesStart = await endOfBlocks(content, start + 4)
  if (framesStart === undefined) return unreadable
  if (framesStart >= content.sizeBytes) return truncated

  const end = await startOfTrailingTags(content)
  const last = await findLastFrame(content, info, { start: framesStart, end })
  if (last === 'cut') return truncated
  if (last === 'none') return info.totalSamples > 0 ? truncated : unreadable
  if (last !== 'not-near' && last.endSample < info.totalSamples) return truncated
  const samples = info.totalSamples > 0 || last === 'not-near' ? info.totalSamples : last.endSample
  const durationSeconds = samples > 0 ? samples / info.sampleRate : undefined
  return {
    verdict: 'audio',
    format: 'flac',
    facts: {
      codec: 'flac',
      durationSeconds,
      bitrate: averageBitrate(end - framesStart, durationSeconds),
      sampleRate: info.sampleRate,
      channels: info.channels,
    },
  }
}

/** RFC 9639 section 8.2. */
export function readStreamInfo(block: Buffer): FlacStreamInfo {
  const word = block.readUIntBE(10, 4)
  return {
    largestBlock: block.readUInt16BE(2),
    largestFrameBytes: block.readUIntBE(7, 3),
    sampleRate: word >>> 12,
    channels: ((word >>> 9) & 7) + 1,
    totalSamples: (block.readUInt8(13) & 15) * 2 ** 32 + block.readUInt32BE(14),
  }
}

/** Where the metadata blocks end; `undefined` where they make no sense. */
async function endOfBlocks(content: BufferedContent, start: number): Promise<number | undefined> {
  let at = start
  for (let count = 0; count < mostBlocks && at < content.sizeBytes; count++) {
    const header = await content.read(at, 4)
    if (header.length < 4) return content.sizeBytes
    at += 4 + header.readUIntBE(1, 3)
    const isLast = header.readUInt8(0) >= 0x80
    if (isLast) return at
  }
  return at >= content.sizeBytes ? at : undefined
}
