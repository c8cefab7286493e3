import type { BufferedContent } from '../buffered-content.ts'
import { findFrames, type FoundFrame } from '../frame-chain.ts'
import { adtsHeaderBytes, readFrameHeader, type FrameHeader } from '../frame-header.ts'

export interface FrameWalk {
  readonly frames: number
  readonly samples: number
  /** From the first frame to where the walk ended. */
  readonly bytes: number
  /** `cut`: inside a frame; `budget`: it goes on. */
  readonly ending: 'end' | 'cut' | 'budget'
}

/** Longer streams without an index have their duration extrapolated from this much. */
const walkedBytes = 8 * 1024 * 1024
const pieceBytes = 1024 * 1024

/** Counts the frames of one stream, and skips what is between them, such as the tags of files that were joined. */
export async function walkFrames(
  content: BufferedContent,
  first: FoundFrame,
  end: number,
): Promise<FrameWalk> {
  const limit = Math.min(end, first.at + walkedBytes)
  let at = first.at
  let frames = 0
  let samples = 0
  const walk = (ending: FrameWalk['ending']) => ({ frames, samples, bytes: at - first.at, ending })
  while (at + adtsHeaderBytes <= limit) {
    const piece = await content.read(at, Math.min(pieceBytes, end - at))
    let within = 0
    while (within + adtsHeaderBytes <= piece.length) {
      const header = readFrameHeader(piece, within)
      if (!isOfStream(header, first)) {
        within = nextFrame(piece, within + 1, first)
        continue
      }
      if (at + within + header.lengthBytes > end) return walk('cut')
      within += header.lengthBytes
      frames++
      samples += header.samples
    }
    at += within
  }
  if (at < end && limit < end) return walk('budget')
  return walk((await hasSyncByte(content, at, end)) ? 'cut' : 'end')
}

/** Whether what is left, too little for a header, is the beginning of one. */
const hasSyncByte = async (content: BufferedContent, at: number, end: number): Promise<boolean> =>
  at < end && (await content.read(at, 1))[0] === 0xff

const isOfStream = (header: FrameHeader | undefined, first: FoundFrame): header is FrameHeader =>
  header !== undefined && header.stream === first.header.stream

/** Where the stream goes on in the piece, else the end of what can be judged. */
function nextFrame(piece: Buffer, from: number, first: FoundFrame): number {
  for (let at = from; at < piece.length; at++) {
    const found = findFrames(piece, at, piece.length)
    if (!found) break
    if (isOfStream(found.header, first)) return found.at
    at = found.at
  }
  return Math.max(from, piece.length - adtsHeaderBytes + 1)
}
