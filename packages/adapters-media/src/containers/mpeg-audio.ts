import type { BufferedContent } from '../buffered-content.ts'
import { findFrames, type FoundFrame } from '../frame-chain.ts'
import { endOfLeadingTags, startOfTrailingTags } from '../tag-blocks.ts'
import {
  averageBitrate,
  truncated,
  unreadable,
  unsupported,
  type ContainerReading,
} from './container-reading.ts'
import { readFlac } from './flac.ts'
import { walkFrames, type FrameWalk } from './frame-walk.ts'
import { readXingHeader, type XingHeader } from './xing-header.ts'

const searchedBytes = 64 * 1024
const fewestFrames = 2

/**
 * What has no container: MPEG audio and ADTS, behind ID3 tags or bare. FLAC behind an ID3 tag comes here too, for a
 * cover can push its marker out of what was sniffed.
 */
export async function readMpegAudio(content: BufferedContent): Promise<ContainerReading> {
  const start = await endOfLeadingTags(content)
  if (start >= content.sizeBytes) return start > 0 ? truncated : unreadable
  const head = await content.read(start, searchedBytes)
  if (head.toString('latin1', 0, 4) === 'fLaC') return readFlac(content, start)
  const found = findFrames(head, 0, head.length)
  if (!found) return unreadable
  const { header } = found
  if (header.kind === 'mpeg' && header.layer !== 3)
    return unsupported(`MPEG audio layer ${header.layer === 1 ? 'I' : 'II'}`)

  const first = { at: start + found.at, header }
  const end = await startOfTrailingTags(content)
  const xing = header.kind === 'mpeg' ? readXingHeader(head, found) : undefined
  if (xing && isCutOff(xing, end - first.at)) return truncated
  if (xing && isWhole(xing, end - first.at)) return reading(first, end, xing.frames * header.samples)
  const walk = await walkFrames(content, first, end)
  if (walk.frames < fewestFrames) return unreadable
  // An incomplete last frame of mp3 is what many recorders leave; ADTS writers finish theirs.
  if (header.kind === 'adts' && walk.ending === 'cut') return truncated
  if (header.kind === 'adts' && (await isAdtsTailCut(content, walk, end))) return truncated
  const share = walk.ending === 'budget' ? (end - first.at) / walk.bytes : 1
  return reading(first, end, walk.samples * share)
}

function reading({ at, header }: FoundFrame, end: number, samples: number): ContainerReading {
  const durationSeconds = samples / header.sampleRate
  return {
    verdict: 'audio',
    format: header.kind === 'mpeg' ? 'mp3' : 'aac',
    facts: {
      codec: header.kind === 'mpeg' ? 'mp3' : 'aac',
      durationSeconds,
      bitrate: averageBitrate(end - at, durationSeconds),
      sampleRate: header.sampleRate,
      channels: header.channels,
    },
  }
}

const isCutOff = ({ frames, bytes }: XingHeader, available: number): boolean =>
  bytes > available + 2 * Math.ceil(bytes / frames)

/** Streams joined behind one another keep the header of the first, which then tells too little. */
const isWhole = ({ bytes }: XingHeader, available: number): boolean => bytes > available * 0.9

/** Past the budget only the tail is looked at: frames that link up to within one frame of the end. */
async function isAdtsTailCut(content: BufferedContent, walk: FrameWalk, end: number): Promise<boolean> {
  if (walk.ending !== 'budget') return false
  const start = end - searchedBytes
  const tail = await content.read(start, searchedBytes)
  const found = findFrames(tail, 0, tail.length)
  if (!found) return false
  return (await walkFrames(content, { at: start + found.at, header: found.header }, end)).ending === 'cut'
}
