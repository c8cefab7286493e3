/** The header of one frame of an elementary stream that has no container: MPEG audio or ADTS. */
export interface FrameHeader {
  readonly kind: 'mpeg' | 'adts'
  /** Equal in all frames of one stream. */
  readonly stream: string
  readonly layer: number
  readonly lengthBytes: number
  readonly samples: number
  readonly sampleRate: number
  readonly channels: number | undefined
  /** Where a Xing header would begin, counted from the frame. */
  readonly sideInfoEnd: number
}

const mpegRates = [44100, 48000, 32000]
/** kbit/s by MPEG-1 layer I, II, III; MPEG-2 layer I; MPEG-2 layers II and III (ISO 11172-3 2.4.2.3, 13818-3 2.4.2.3). */
const mpegBitrates = [
  [32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448],
  [32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384],
  [32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
  [32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256],
  [8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
]

export function readFrameHeader(bytes: Buffer, at: number): FrameHeader | undefined {
  return readMpegHeader(bytes, at) ?? readAdtsHeader(bytes, at)
}

function readMpegHeader(bytes: Buffer, at: number): FrameHeader | undefined {
  if (at + 4 > bytes.length) return undefined
  const word = bytes.readUInt32BE(at)
  const version = (word >>> 19) & 3
  const layerBits = (word >>> 17) & 3
  if (word >>> 21 !== 0x7ff || version === 1 || layerBits === 0) return undefined
  const layer = 4 - layerBits
  const isMpeg1 = version === 3
  const table = isMpeg1 ? layer - 1 : layer === 1 ? 3 : 4
  const kilobits = mpegBitrates[table]?.[((word >>> 12) & 15) - 1]
  const baseRate = mpegRates[(word >>> 10) & 3]
  const isReservedEmphasis = (word & 3) === 2
  if (kilobits === undefined || baseRate === undefined || isReservedEmphasis) return undefined

  const sampleRate = baseRate / (isMpeg1 ? 1 : version === 2 ? 2 : 4)
  const samples = layer === 1 ? 384 : layer === 3 && !isMpeg1 ? 576 : 1152
  const padding = (word >>> 9) & 1
  const slots = Math.floor(((samples / 8) * kilobits * 1000) / sampleRate / (layer === 1 ? 4 : 1))
  const isMono = ((word >>> 6) & 3) === 3
  return {
    kind: 'mpeg',
    stream: `mpeg ${version} ${layer} ${sampleRate}`,
    layer,
    lengthBytes: (slots + padding) * (layer === 1 ? 4 : 1),
    samples,
    sampleRate,
    channels: isMono ? 1 : 2,
    sideInfoEnd: 4 + (isMpeg1 ? (isMono ? 17 : 32) : isMono ? 9 : 17),
  }
}

export const aacSampleRates = [
  96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000, 7350,
]

/** Channels by the channel configuration of AAC; 0 means that they are told elsewhere (ISO 14496-3 1.6.3.4). */
export const aacChannels = [undefined, 1, 2, 3, 4, 5, 6, 8]

export const adtsHeaderBytes = 7

function readAdtsHeader(bytes: Buffer, at: number): FrameHeader | undefined {
  if (at + adtsHeaderBytes > bytes.length) return undefined
  const sync = bytes.readUInt16BE(at)
  if ((sync & 0xfff6) !== 0xfff0) return undefined
  const word = bytes.readUInt32BE(at + 2)
  const sampleRate = aacSampleRates[(word >>> 26) & 15]
  const configuration = (word >>> 22) & 7
  const lengthBytes = (word >>> 5) & 0x1fff
  if (sampleRate === undefined || lengthBytes <= adtsHeaderBytes) return undefined
  const blocks = (bytes.readUInt8(at + 6) & 3) + 1
  return {
    kind: 'adts',
    stream: `adts ${word >>> 30} ${sampleRate} ${configuration}`,
    layer: 0,
    lengthBytes,
    samples: 1024 * blocks,
    sampleRate,
    channels: aacChannels[configuration],
    sideInfoEnd: adtsHeaderBytes,
  }
}
