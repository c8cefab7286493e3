import type { ContentView } from '../content-view.ts'
import { findFrames, type FoundFrame } from '../frame-chain.ts'
import { startOfTrailingTags } from '../tag-blocks.ts'
import {
  averageBitrate,
  truncated,
  unreadable,
  unsupported,
  type ContainerReading,
} from './container-reading.ts'
import { walkFrames, type FrameWalk } from './frame-walk.ts'
import { playedSamples, readItunesGapless } from './gapless.ts'
import { readXingHeader, type XingHeader } from './xing-header.ts'

const mebibyte = 1024 * 1024
const headBytes = 64 * 1024
/** Zeros, or the rest of a tag with a wrong size, that may come before the first frame. */
const searchedBytes = 4 * mebibyte
const searchStepBytes = 512 * 1024
/** Frames that begin in one window link up in the next. */
const overlapBytes = 32 * 1024
const fewestFrames = 2
/** A header that fits the size of the file is believed about the rest of a longer stream. */
const [budgetWithHeader, budgetWithoutHeader] = [8 * mebibyte, 32 * mebibyte]

/** MPEG audio layer III and ADTS, which have no container. `lead`: the tags in front. */
export async function readMpegAudio(content: ContentView, lead: Buffer): Promise<ContainerReading> {
  const first = await findFirstFrame(content)
  if (!first) return unreadable
  const { header } = first
  if (header.kind === 'mpeg' && header.layer !== 3)
    return unsupported(`MPEG audio layer ${header.layer === 1 ? 'I' : 'II'}`)

  const end = await startOfTrailingTags(content)
  const head = await content.read(first.at, Math.min(headBytes, end - first.at))
  const xing = header.kind === 'mpeg' ? readXingHeader(head, { at: 0, header }) : undefined
  const fits = xing?.frames !== undefined && fitsSize(xing, end - first.at)
  const budgetBytes = fits ? budgetWithHeader : budgetWithoutHeader
  const walk = await walkFrames(content, first, { end, budgetBytes })
  if (walk.frames < fewestFrames) return unreadable
  const isTailCut = walk.ending === 'cut' || (walk.ending === 'budget' && (await endsInFrame(content, end)))
  // Many recorders leave an incomplete last frame of mp3. ADTS writers finish theirs.
  if (isTailCut && (header.kind === 'adts' || announcesMore(xing, end - first.at))) return truncated
  return describe({ first, end, walk, xing, lead, fits })
}

interface Stream {
  readonly first: FoundFrame
  readonly end: number
  readonly walk: FrameWalk
  readonly xing: XingHeader | undefined
  readonly lead: Buffer
  readonly fits: boolean
}

function describe({ first, end, walk, xing, lead, fits }: Stream): ContainerReading {
  const { header } = first
  const isWalked = walk.ending !== 'budget'
  const share = isWalked ? 1 : (end - first.at) / walk.walkedBytes
  const walkedFrames = walk.frames - (xing ? 1 : 0)
  const frames = !isWalked && fits && xing?.frames ? xing.frames : walkedFrames * share
  const samples = (walk.samples / walk.frames) * frames
  // A delay and a padding are those of the stream as it was encoded, not of a part of it.
  const isAsEncoded = xing?.frames === undefined || Math.abs(xing.frames - frames) <= 1
  const gapless = isAsEncoded ? (xing?.gapless ?? readItunesGapless(lead)) : undefined
  const codec = header.kind === 'mpeg' ? 'mp3' : 'aac'
  return {
    verdict: 'audio',
    format: codec,
    facts: {
      codec,
      durationSeconds: playedSamples(samples, gapless) / header.sampleRate,
      bitrate: averageBitrate(walk.frameBytes, walk.samples / header.sampleRate),
      sampleRate: header.sampleRate,
      channels: header.channels,
      lossless: false,
    },
  }
}

/** The first of several linked frames, with its position in the content. */
async function findFirstFrame(content: ContentView): Promise<FoundFrame | undefined> {
  const until = Math.min(content.sizeBytes, searchedBytes)
  let windowBytes = headBytes
  for (let start = 0; start < until; start += windowBytes, windowBytes = searchStepBytes) {
    const bytes = await content.read(start, windowBytes + overlapBytes)
    const isLast = start + bytes.length >= content.sizeBytes
    const found = findFrames(bytes, 0, isLast ? bytes.length : windowBytes)
    if (found) return { at: start + found.at, header: found.header }
  }
  return undefined
}

/** The smallest frame is 24 bytes (8 kbit/s at 24 kHz), the largest 2881; the mean must be between them. */
const [smallestFrame, largestFrame] = [24, 2881]

/** Joined streams have the header of the first one, and trimmed ones that of the whole. */
function fitsSize({ frames = 0, bytes = 0 }: XingHeader, available: number): boolean {
  const mean = bytes / frames
  if (!(mean >= smallestFrame && mean <= largestFrame)) return false
  return Math.abs(bytes - available) <= 2 * mean
}

const announcesMore = (xing: XingHeader | undefined, available: number): boolean =>
  xing?.bytes !== undefined && xing.bytes > available

/** Whether the last frame is incomplete, judged by the frames near the end. */
async function endsInFrame(content: ContentView, end: number): Promise<boolean> {
  const start = end - headBytes
  const tail = await content.read(start, headBytes)
  const found = findFrames(tail, 0, tail.length)
  if (!found) return false
  const walk = await walkFrames(
    content,
    { at: start + found.at, header: found.header },
    { end, budgetBytes: headBytes },
  )
  return walk.ending === 'cut'
}
