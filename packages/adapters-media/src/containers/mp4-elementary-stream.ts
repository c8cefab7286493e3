import type { BufferedContent } from '../buffered-content.ts'
import { aacChannels, aacSampleRates } from '../frame-header.ts'
import type { Box } from './mp4-boxes.ts'

interface Told {
  readonly channels: number
  readonly sampleRate: number | undefined
}

const decoderConfigTag = 4
const decoderSpecificTag = 5
/** Of object type, stream type, buffer size and bit rates, before the nested descriptor. */
const decoderConfigBytes = 13
const elementaryStreamBytes = 3

/** Object types (mp4ra.org): MPEG-4 AAC and the three profiles of MPEG-2 AAC; MPEG-2 and MPEG-1 audio. */
const [aacTypes, mp3Types] = [
  [0x40, 0x66, 0x67, 0x68],
  [0x69, 0x6b],
]

/**
 * Codec, rate and channels of an `mp4a` entry from its descriptor (ISO 14496-1 section 7.2.6), for the entry itself
 * tells two channels of mono, too, and half the rate of HE-AAC.
 */
export async function readElementaryStream(content: BufferedContent, esds: Box | undefined, told: Told) {
  const bytes = esds
    ? await content.read(esds.start + 4, Math.min(esds.end - esds.start, 256))
    : Buffer.alloc(0)
  const stream = readDescriptor(bytes, 0)
  const config = stream && readDescriptor(bytes, stream.start + elementaryStreamBytes)
  if (config?.tag !== decoderConfigTag || config.start >= bytes.length)
    return { codec: 'aac', isAccepted: true, ...told }

  const objectType = bytes.readUInt8(config.start)
  if (mp3Types.includes(objectType)) return { codec: 'mp3', isAccepted: true, ...told }
  if (!aacTypes.includes(objectType))
    return { codec: `object type ${objectType.toString(16)}`, isAccepted: false, ...told }
  const specific = readDescriptor(bytes, config.start + decoderConfigBytes)
  const aac = specific?.tag === decoderSpecificTag ? readAacConfig(bytes.subarray(specific.start)) : undefined
  return {
    codec: 'aac',
    isAccepted: true,
    channels: aac?.channels ?? told.channels,
    sampleRate: aac?.sampleRate ?? told.sampleRate,
  }
}

function readDescriptor(
  bytes: Buffer,
  at: number,
): { readonly tag: number; readonly start: number } | undefined {
  let start = at + 1
  while (start < bytes.length && bytes.readUInt8(start) >= 0x80) start++
  return start < bytes.length ? { tag: bytes.readUInt8(at), start: start + 1 } : undefined
}

const spectralBandReplication = 5
const parametricStereo = 29

/** AudioSpecificConfig (ISO 14496-3 section 1.6.2.1). */
function readAacConfig(bytes: Buffer): Partial<Told> | undefined {
  if (bytes.length < 2) return undefined
  const bits = new BitReader(bytes)
  const objectType = bits.readObjectType()
  const coreRate = bits.readSampleRate()
  const channels = aacChannels[bits.read(4)]
  const isExtended = objectType === spectralBandReplication || objectType === parametricStereo
  const sampleRate = isExtended ? bits.readSampleRate() : coreRate
  return {
    ...(channels !== undefined && { channels: objectType === parametricStereo ? 2 : channels }),
    ...(sampleRate !== undefined && { sampleRate }),
  }
}

class BitReader {
  readonly #bytes: Buffer
  #at = 0

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  read(count: number): number {
    let value = 0
    for (let bit = 0; bit < count; bit++, this.#at++) {
      const byte = this.#bytes[this.#at >> 3] ?? 0
      value = value * 2 + ((byte >> (7 - (this.#at & 7))) & 1)
    }
    return value
  }

  readObjectType(): number {
    const type = this.read(5)
    return type === 31 ? 32 + this.read(6) : type
  }

  readSampleRate(): number | undefined {
    const index = this.read(4)
    return index === 15 ? this.read(24) : aacSampleRates[index]
  }
}
