import type { FoundFrame } from '../frame-chain.ts'
import type { Gapless } from './gapless.ts'

/** What an encoder wrote into the first frame of an mp3 about all of it. The frame itself has no audio. */
export interface XingHeader {
  readonly frames: number | undefined
  /** From the frame of the header on. */
  readonly bytes: number | undefined
  readonly gapless: Gapless | undefined
}

const vbriOffset = 4 + 32
/** Encoders that write the LAME extension. */
const extensionMarks = ['LAME', 'Lavf', 'Lavc', 'L3.9', 'GOGO']
/** Of the LAME extension: the name of the encoder comes first, 12-bit delay and padding follow here. */
const delayOffset = 21
/** Larger than any encoder writes. */
const longestDelay = 4 * 1152

/** Reads a Xing, Info or VBRI header; `undefined` if there is none. */
export function readXingHeader(head: Buffer, { at, header }: FoundFrame): XingHeader | undefined {
  return readXing(head, at + header.sideInfoEnd) ?? readVbri(head, at + vbriOffset)
}

/** Four flags say which of frames, bytes, seek table and quality follow. */
function readXing(head: Buffer, at: number): XingHeader | undefined {
  const mark = head.toString('latin1', at, at + 4)
  if ((mark !== 'Xing' && mark !== 'Info') || at + 160 > head.length) return undefined
  const flags = head.readUInt32BE(at + 4)
  const hasFrames = (flags & 1) !== 0
  const hasBytes = (flags & 2) !== 0
  const bytesAt = at + 8 + (hasFrames ? 4 : 0)
  const extensionAt = bytesAt + (hasBytes ? 4 : 0) + (flags & 4 ? 100 : 0) + (flags & 8 ? 4 : 0)
  return {
    frames: hasFrames ? head.readUInt32BE(at + 8) : undefined,
    bytes: hasBytes ? head.readUInt32BE(bytesAt) : undefined,
    gapless: readExtension(head, extensionAt),
  }
}

function readExtension(head: Buffer, at: number): Gapless | undefined {
  if (at + delayOffset + 3 > head.length) return undefined
  if (!extensionMarks.includes(head.toString('latin1', at, at + 4))) return undefined
  const both = head.readUIntBE(at + delayOffset, 3)
  const [delay, padding] = [both >>> 12, both & 0xfff]
  return delay > longestDelay || both === 0 ? undefined : { delay, padding }
}

function readVbri(head: Buffer, at: number): XingHeader | undefined {
  if (head.toString('latin1', at, at + 4) !== 'VBRI' || at + 18 > head.length) return undefined
  return { bytes: head.readUInt32BE(at + 10), frames: head.readUInt32BE(at + 14), gapless: undefined }
}
