import type { ContentView } from '../content-view.ts'
import { findFrames, type FoundFrame } from '../frame-chain.ts'
import { adtsHeaderBytes, readFrameHeader, type FrameHeader } from '../frame-header.ts'

export interface FrameWalk {
  readonly frames: number
  readonly samples: number
  /** Of the frames alone. */
  readonly frameBytes: number
  /** From the first frame to the end of the walk. */
  readonly walkedBytes: number
  /** `cut`: inside a frame; `budget`: the stream continues. */
  readonly ending: 'end' | 'cut' | 'budget'
}

export interface WalkRange {
  readonly end: number
  /** Longer streams are walked to here only. */
  readonly budgetBytes: number
}

const segmentBytes = 1024 * 1024

/** Counts the frames of one stream and skips what is between them, such as the tags of joined files. */
export async function walkFrames(
  content: ContentView,
  first: FoundFrame,
  { end, budgetBytes }: WalkRange,
): Promise<FrameWalk> {
  const limit = Math.min(end, first.at + budgetBytes)
  let at = first.at
  const counts = { frames: 0, samples: 0, frameBytes: 0 }
  const walk = (ending: FrameWalk['ending']) => ({ ...counts, walkedBytes: at - first.at, ending })
  while (at + adtsHeaderBytes <= limit) {
    const segment = await content.read(at, Math.min(segmentBytes, end - at))
    let within = 0
    while (within + adtsHeaderBytes <= segment.length) {
      const header = readFrameHeader(segment, within)
      if (!isOfStream(header, first)) {
        within = nextFrame(segment, within + 1, first)
        continue
      }
      if (at + within + header.lengthBytes > end) {
        at += within
        return walk('cut')
      }
      within += header.lengthBytes
      counts.frames++
      counts.samples += header.samples
      counts.frameBytes += header.lengthBytes
    }
    at += within
  }
  if (at < end && limit < end) return walk('budget')
  return walk((await hasSyncByte(content, at, end)) ? 'cut' : 'end')
}

/** Whether the rest, too short for a header, is the beginning of one. */
const hasSyncByte = async (content: ContentView, at: number, end: number): Promise<boolean> =>
  at < end && (await content.read(at, 1))[0] === 0xff

const isOfStream = (header: FrameHeader | undefined, first: FoundFrame): header is FrameHeader =>
  header !== undefined && header.stream === first.header.stream

/** The position where the stream continues in the segment, else the end of what can be judged. */
function nextFrame(segment: Buffer, from: number, first: FoundFrame): number {
  for (let at = from; at < segment.length; at++) {
    const found = findFrames(segment, at, segment.length)
    if (!found) break
    if (isOfStream(found.header, first)) return found.at
    at = found.at
  }
  return Math.max(from, segment.length - adtsHeaderBytes + 1)
}
