import type { ContentView } from '../content-view.ts'
import { startOfTrailingTags } from '../tag-blocks.ts'
import { averageBitrate, truncated, unreadable, type ContainerReading } from './container-reading.ts'
import { findLastFrame, firstSample, readFlacFrame } from './flac-frame.ts'
import { readStreamInfo, streamInfoBytes } from './flac-stream-info.ts'

const mostBlocks = 200
const longestFrameHeader = 16

/** FLAC (RFC 9639 section 8). STREAMINFO is a claim; the frames have the facts. */
export async function readFlac(content: ContentView): Promise<ContainerReading> {
  const head = await content.read(0, 8 + streamInfoBytes)
  if (head.length < 8 + streamInfoBytes) return truncated
  if ((head.readUInt8(4) & 0x7f) !== 0 || head.readUIntBE(5, 3) !== streamInfoBytes) return unreadable
  const info = readStreamInfo(head.subarray(8))
  const start = await endOfBlocks(content)
  if (start === undefined) return unreadable
  if (start >= content.sizeBytes) return truncated

  const end = await startOfTrailingTags(content)
  const first = readFlacFrame(await content.read(start, longestFrameHeader), 0)
  const last = await findLastFrame(content, { info, first }, { start, end })
  if (last === 'cut') return truncated
  if (last === 'none') return info.totalSamples > 0 ? truncated : unreadable
  const skipped = first ? firstSample(first, first.block) : 0
  const samples = last === 'not-near' ? info.totalSamples : last.endSample - skipped
  const sampleRate = first?.sampleRate ?? info.sampleRate
  const durationSeconds = samples > 0 && sampleRate > 0 ? samples / sampleRate : undefined
  return {
    verdict: 'audio',
    format: 'flac',
    facts: {
      codec: 'flac',
      durationSeconds,
      bitrate: averageBitrate(end - start, durationSeconds),
      sampleRate,
      channels: first?.channels ?? info.channels,
      bitDepth: first?.bitDepth ?? info.bitDepth,
      lossless: true,
    },
  }
}

/** Where the metadata blocks end; `undefined` if there are too many. */
async function endOfBlocks(content: ContentView): Promise<number | undefined> {
  let at = 4
  for (let count = 0; count < mostBlocks && at < content.sizeBytes; count++) {
    const header = await content.read(at, 4)
    if (header.length < 4) return content.sizeBytes
    at += 4 + header.readUIntBE(1, 3)
    const isLast = header.readUInt8(0) >= 0x80
    if (isLast) return at
  }
  return at >= content.sizeBytes ? at : undefined
}
