import { readAacConfig } from './aac-config.ts'
import { readAlacCookie } from './alac-cookie.ts'
import { childrenOf, readFloat, readText, readUnsigned } from './ebml.ts'
import { readStreamInfo, streamInfoBytes } from './flac-stream-info.ts'
import { streamOf } from './mp4-elementary-stream.ts'
import { acceptedWaveCodecs, readWaveTag, waveCodecName } from './wave-codecs.ts'

export interface MatroskaTrack {
  readonly kind: 'audio' | 'video' | 'other'
  /** Our name of an accepted codec. */
  readonly codec: string | undefined
  /** What the client reads if the codec is not accepted. */
  readonly name: string
  readonly sampleRate: number | undefined
  readonly channels: number
  readonly bitDepth: number | undefined
  readonly lossless: boolean
  /** What is decoded but not played at the beginning. */
  readonly delaySeconds: number
}

const ids = {
  entry: 0xae,
  type: 0x83,
  codec: 0x86,
  codecPrivate: 0x63a2,
  codecDelay: 0x56aa,
  audio: 0xe1,
  rate: 0xb5,
  outputRate: 0x78b5,
  channels: 0x9f,
  bitDepth: 0x6264,
}

const kinds: Readonly<Record<number, MatroskaTrack['kind']>> = { 1: 'video', 2: 'audio' }
const mostTracks = 64
const nanosecondsPerSecond = 1e9

/** The tracks in the data of a `Tracks` element (RFC 9559 section 5.1.4). */
export function readMatroskaTracks(body: Buffer): readonly MatroskaTrack[] {
  const entries = childrenOf(body).get(ids.entry) ?? []
  return entries.slice(0, mostTracks).map(readTrack)
}

function readTrack(entry: Buffer): MatroskaTrack {
  const fields = childrenOf(entry)
  const audio = childrenOf(fields.get(ids.audio)?.[0] ?? Buffer.alloc(0))
  const first = (id: number): Buffer | undefined => fields.get(id)?.[0]
  const told = {
    sampleRate: readFloat(audio.get(ids.outputRate)?.[0]) ?? readFloat(audio.get(ids.rate)?.[0]) ?? 8000,
    channels: readUnsigned(audio.get(ids.channels)?.[0]) ?? 1,
    bitDepth: readUnsigned(audio.get(ids.bitDepth)?.[0]),
  }
  const codecId = readText(first(ids.codec))
  return {
    kind: kinds[readUnsigned(first(ids.type)) ?? 0] ?? 'other',
    delaySeconds: (readUnsigned(first(ids.codecDelay)) ?? 0) / nanosecondsPerSecond,
    ...describeCodec({ id: codecId, config: first(ids.codecPrivate) ?? Buffer.alloc(0), told }),
  }
}

type Description = Omit<MatroskaTrack, 'kind' | 'delaySeconds'>

interface Codec {
  readonly id: string
  readonly config: Buffer
  readonly told: {
    readonly sampleRate: number
    readonly channels: number
    readonly bitDepth: number | undefined
  }
}

const refusedNames: readonly (readonly [string, string])[] = [
  ['A_AC3', 'AC-3'],
  ['A_EAC3', 'E-AC-3'],
  ['A_AC4', 'AC-4'],
  ['A_DTS', 'DTS'],
  ['A_TRUEHD', 'Dolby TrueHD'],
  ['A_MLP', 'MLP'],
  ['A_MPEG/L2', 'MPEG audio layer II'],
  ['A_MPEG/L1', 'MPEG audio layer I'],
  ['A_MPC', 'Musepack'],
  ['A_TTA1', 'True Audio'],
  ['A_WAVPACK4', 'WavPack'],
  ['A_REAL', 'RealAudio'],
  ['A_ATRAC', 'ATRAC'],
  ['A_QUICKTIME', 'a QuickTime codec'],
]

function describeCodec(codec: Codec): Description {
  const { id, config, told } = codec
  const lossy = { ...told, bitDepth: undefined, lossless: false, name: id }
  const lossless = { ...told, lossless: true, name: id }
  if (id === 'A_OPUS') return { ...lossy, codec: 'opus', sampleRate: 48_000 }
  if (id === 'A_VORBIS') return { ...lossy, codec: 'vorbis' }
  if (id === 'A_MPEG/L3') return { ...lossy, codec: 'mp3' }
  if (id.startsWith('A_PCM/')) return { ...lossless, codec: 'pcm' }
  if (id === 'A_FLAC') return { ...lossless, codec: 'flac', ...readFlacConfig(config) }
  if (id === 'A_ALAC') return { ...lossless, codec: 'alac', ...readAlacCookie(config) }
  if (id === 'A_AAC' || id.startsWith('A_AAC/')) return describeAac(codec, lossy)
  if (id === 'A_MS/ACM' && config.length >= 16) return describeWave(codec, lossy)
  const name = refusedNames.find(([prefix]) => id.startsWith(prefix))?.[1]
  return { ...lossy, codec: undefined, name: name ?? (id === '' ? 'an unnamed codec' : id) }
}

function describeAac({ config }: Codec, lossy: Omit<Description, 'codec'>): Description {
  const aac = readAacConfig(config)
  const stream = aac && streamOf(aac)
  if (stream && 'refused' in stream) return { ...lossy, codec: undefined, name: stream.refused }
  return {
    ...lossy,
    codec: stream?.codec ?? 'aac',
    sampleRate: aac?.sampleRate ?? lossy.sampleRate,
    channels: aac?.channels ?? lossy.channels,
  }
}

function describeWave({ config }: Codec, lossy: Omit<Description, 'codec'>): Description {
  const tag = readWaveTag(config)
  const codec = acceptedWaveCodecs[tag]
  if (codec !== 'pcm') return { ...lossy, codec, name: waveCodecName(tag) }
  return { ...lossy, codec, bitDepth: config.readUInt16LE(14), lossless: true }
}

/** The private data of FLAC are its marker and metadata blocks. */
function readFlacConfig(config: Buffer) {
  if (config.length < 8 + streamInfoBytes) return undefined
  const { channels, sampleRate, bitDepth } = readStreamInfo(config.subarray(8))
  return { channels, sampleRate, bitDepth }
}
