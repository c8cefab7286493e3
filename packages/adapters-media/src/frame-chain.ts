import { adtsHeaderBytes, readFrameHeader, type FrameHeader } from './frame-header.ts'

export interface FoundFrame {
  readonly at: number
  readonly header: FrameHeader
}

const convincingFrames = 3

/**
 * The first frame from `from` on, before `until`, that is followed by more of its stream. A sync word alone is two
 * bytes that text and random data have too (UTF-16 begins with FF FE), so only frames that link up count.
 */
export function findFrames(bytes: Buffer, from: number, until: number): FoundFrame | undefined {
  for (let at = bytes.indexOf(0xff, from); at >= 0 && at < until; at = bytes.indexOf(0xff, at + 1)) {
    const header = readFrameHeader(bytes, at)
    if (header && isChain(bytes, at, header)) return { at, header }
  }
  return undefined
}

function isChain(bytes: Buffer, start: number, first: FrameHeader): boolean {
  let at = start + first.lengthBytes
  for (let frames = 1; frames < convincingFrames; frames++) {
    // What is at hand ends here: two linked frames have to do.
    if (at + adtsHeaderBytes > bytes.length) return frames > 1
    const header = readFrameHeader(bytes, at)
    if (header?.stream !== first.stream) return false
    at += header.lengthBytes
  }
  return true
}
