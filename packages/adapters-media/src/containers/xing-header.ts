import type { FoundFrame } from '../frame-chain.ts'

/** What an encoder wrote into the first frame of an mp3 about all of it. */
export interface XingHeader {
  readonly frames: number
  /** From the frame of the header on. */
  readonly bytes: number
}

const vbriOffset = 4 + 32
/** The smallest frame is 24 bytes (8 kbit/s at 24 kHz), the largest 2881; the mean must lie between. */
const [smallestFrame, largestFrame] = [24, 2881]

/** Reads a Xing, Info or VBRI header; `undefined` where there is none, or one without both numbers, or with nonsense. */
export function readXingHeader(head: Buffer, { at, header }: FoundFrame): XingHeader | undefined {
  const found = readXing(head, at + header.sideInfoEnd) ?? readVbri(head, at + vbriOffset)
  if (!found || found.frames === 0) return undefined
  const mean = found.bytes / found.frames
  return mean >= smallestFrame && mean <= largestFrame ? found : undefined
}

function readXing(head: Buffer, at: number): XingHeader | undefined {
  const mark = head.toString('latin1', at, at + 4)
  if ((mark !== 'Xing' && mark !== 'Info') || at + 16 > head.length) return undefined
  const hasBoth = (head.readUInt32BE(at + 4) & 3) === 3
  return hasBoth ? { frames: head.readUInt32BE(at + 8), bytes: head.readUInt32BE(at + 12) } : undefined
}

function readVbri(head: Buffer, at: number): XingHeader | undefined {
  if (head.toString('latin1', at, at + 4) !== 'VBRI' || at + 18 > head.length) return undefined
  return { bytes: head.readUInt32BE(at + 10), frames: head.readUInt32BE(at + 14) }
}
