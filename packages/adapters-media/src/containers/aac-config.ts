import { aacChannels, aacSampleRates } from '../frame-header.ts'

export interface AacConfig {
  readonly objectType: number
  readonly channels: number | undefined
  /** Of the output, so twice that of the core of HE-AAC. */
  readonly sampleRate: number | undefined
}

const spectralBandReplication = 5
const parametricStereo = 29
const escapedType = 31
/** Samples per channel are announced by this many bits before an extension of an older config. */
const extensionSync = 0x2b7

/** AudioSpecificConfig (ISO 14496-3 section 1.6.2.1). */
export function readAacConfig(bytes: Buffer): AacConfig | undefined {
  if (bytes.length < 2) return undefined
  const bits = new BitReader(bytes)
  const objectType = bits.readObjectType()
  const coreRate = bits.readSampleRate()
  const channels = aacChannels[bits.read(4)]
  const isExtended = objectType === spectralBandReplication || objectType === parametricStereo
  if (isExtended) {
    const sampleRate = bits.readSampleRate()
    return { objectType, channels: objectType === parametricStereo ? 2 : channels, sampleRate }
  }
  return { objectType, channels, sampleRate: readExtendedRate(bits, objectType) ?? coreRate }
}

/** Older players skip the extension that announces SBR behind a config of AAC-LC. */
function readExtendedRate(bits: BitReader, objectType: number): number | undefined {
  if (objectType !== 2) return undefined
  // frameLengthFlag, dependsOnCoreCoder with its delay, extensionFlag.
  bits.read(1)
  if (bits.read(1) === 1) bits.read(14)
  bits.read(1)
  if (bits.left < 16 || bits.read(11) !== extensionSync) return undefined
  return bits.readObjectType() === spectralBandReplication && bits.read(1) === 1
    ? bits.readSampleRate()
    : undefined
}

/** AAC in its profiles, HE-AAC, LD, ELD and USAC: what browsers play on at least one system. */
const acceptedTypes = [1, 2, 3, 4, 5, 17, 23, 29, 39, 42]
const mp3Type = 34
const names: Readonly<Record<number, string>> = {
  6: 'scalable AAC',
  7: 'TwinVQ',
  8: 'CELP',
  9: 'HVXC',
  22: 'BSAC',
  32: 'MPEG audio layer I',
  33: 'MPEG audio layer II',
  35: 'DST',
  36: 'ALS',
  37: 'SLS',
  38: 'SLS',
  40: 'SMR',
}

export const isAcceptedAac = ({ objectType }: AacConfig): boolean => acceptedTypes.includes(objectType)
export const isMp3Config = ({ objectType }: AacConfig): boolean => objectType === mp3Type
export const aacTypeName = ({ objectType }: AacConfig): string =>
  names[objectType] ?? `the audio object type ${objectType}`

class BitReader {
  readonly #bytes: Buffer
  #at = 0

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  get left(): number {
    return this.#bytes.length * 8 - this.#at
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
    return type === escapedType ? 32 + this.read(6) : type
  }

  readSampleRate(): number | undefined {
    const index = this.read(4)
    return index === 15 ? this.read(24) : aacSampleRates[index]
  }
}
