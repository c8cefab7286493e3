import type { ContentView } from '../content-view.ts'
import { aacTypeName, isAcceptedAac, isMp3Config, readAacConfig, type AacConfig } from './aac-config.ts'
import type { Box } from './mp4-boxes.ts'

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
const names: Readonly<Record<number, string>> = {
  0xa0: 'EVRC',
  0xa1: 'SMV',
  0xa5: 'AC-3',
  0xa6: 'E-AC-3',
  0xa9: 'DTS',
  0xaa: 'DTS-HD',
  0xab: 'DTS-HD',
  0xac: 'DTS Express',
  0xdd: 'Vorbis',
  0xe1: 'QCELP',
}

export type ElementaryStream =
  | { readonly codec: 'aac'; readonly config: AacConfig | undefined }
  | { readonly codec: 'mp3' }
  | { readonly refused: string }

/** The codec of an `mp4a` entry from its descriptor (ISO 14496-1 section 7.2.6). */
export async function readElementaryStream(
  content: ContentView,
  esds: Box | undefined,
): Promise<ElementaryStream> {
  const bytes = esds
    ? await content.read(esds.start + 4, Math.min(esds.end - esds.start, 256))
    : Buffer.alloc(0)
  return parseElementaryStream(bytes)
}

export function parseElementaryStream(bytes: Buffer): ElementaryStream {
  const stream = readDescriptor(bytes, 0)
  const config = stream && readDescriptor(bytes, stream.start + elementaryStreamBytes)
  if (config?.tag !== decoderConfigTag || config.start >= bytes.length)
    return { codec: 'aac', config: undefined }
  const objectType = bytes.readUInt8(config.start)
  if (mp3Types.includes(objectType)) return { codec: 'mp3' }
  if (!aacTypes.includes(objectType))
    return { refused: names[objectType] ?? `the object type 0x${objectType.toString(16)}` }
  const specific = readDescriptor(bytes, config.start + decoderConfigBytes)
  const aac = specific?.tag === decoderSpecificTag ? readAacConfig(bytes.subarray(specific.start)) : undefined
  return aac ? streamOf(aac) : { codec: 'aac', config: undefined }
}

export function streamOf(config: AacConfig): ElementaryStream {
  if (isMp3Config(config)) return { codec: 'mp3' }
  return isAcceptedAac(config) ? { codec: 'aac', config } : { refused: aacTypeName(config) }
}

function readDescriptor(
  bytes: Buffer,
  at: number,
): { readonly tag: number; readonly start: number } | undefined {
  let start = at + 1
  while (start < bytes.length && bytes.readUInt8(start) >= 0x80) start++
  return start < bytes.length ? { tag: bytes.readUInt8(at), start: start + 1 } : undefined
}
