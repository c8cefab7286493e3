import { readOggPage } from './ogg-page.ts'
import { readStreamInfo } from './flac-stream-info.ts'

export interface OggStream {
  readonly serial: number
  readonly codec: 'vorbis' | 'opus' | 'flac' | 'video' | 'other'
  /** What the client reads if the codec is not accepted. */
  readonly name: string
  readonly sampleRate: number | undefined
  readonly channels: number | undefined
  readonly bitDepth: number | undefined
  /** Samples at the beginning that are not played. */
  readonly preSkip: number
  /** Packets of headers that follow the first one; 0 if the writer did not count them. */
  readonly headerPackets: number
  /** The most samples that one packet adds, if that can be known. */
  readonly packetSamples: number | undefined
}

type Description = Omit<OggStream, 'serial'>

const unknown = {
  sampleRate: undefined,
  channels: undefined,
  bitDepth: undefined,
  preSkip: 0,
  headerPackets: 0,
  packetSamples: undefined,
}

/** The streams that begin in the first pages: all streams of a link begin before anything else (RFC 3533 section 4). */
export function readOggStreams(head: Buffer): readonly OggStream[] {
  const streams: OggStream[] = []
  let page = readOggPage(head, 0)
  while (page?.isFirstOfStream && page.payloadStart < head.length) {
    streams.push({ serial: page.serial, ...describeOggStream(head.subarray(page.payloadStart, page.end)) })
    page = readOggPage(head, page.end)
  }
  return streams
}

const otherCodecs: readonly (readonly [string, string])[] = [
  ['Speex   ', 'Speex'],
  ['CELT    ', 'CELT'],
  ['PCM     ', 'Ogg with PCM'],
  ['fLaC', 'Ogg with FLAC in an obsolete mapping'],
]

export function describeOggStream(packet: Buffer): Description {
  const startsWith = (mark: string): boolean => packet.toString('latin1', 0, mark.length) === mark
  if (startsWith('\x01vorbis') && packet.length >= 30) return vorbis(packet)
  if (startsWith('OpusHead') && packet.length >= 19) return opus(packet)
  if (startsWith('\x7fFLAC') && packet.length >= 51) return flac(packet)
  const isVideo = ['\x80theora', '\x01video', 'BBCD\0', 'OVP80', '\x80daala'].some(startsWith)
  if (isVideo) return { ...unknown, codec: 'video', name: 'Ogg video' }
  const name = otherCodecs.find(([mark]) => startsWith(mark))?.[1] ?? 'Ogg'
  return { ...unknown, codec: 'other', name }
}

const vorbis = (packet: Buffer): Description => ({
  ...unknown,
  codec: 'vorbis',
  name: 'Vorbis',
  sampleRate: packet.readUInt32LE(12),
  channels: packet.readUInt8(11),
  headerPackets: 2,
  packetSamples: 2 ** (packet.readUInt8(28) >>> 4) / 2,
})

/** Opus always counts in 48 kHz, whatever the input was (RFC 7845 section 5.1). */
const opus = (packet: Buffer): Description => ({
  ...unknown,
  codec: 'opus',
  name: 'Opus',
  sampleRate: 48000,
  channels: packet.readUInt8(9),
  preSkip: packet.readUInt16LE(10),
  headerPackets: 1,
})

/** RFC 9639 section 10.1: the marker, a header of four bytes and STREAMINFO follow 9 bytes of mapping header. */
function flac(packet: Buffer): Description {
  const { sampleRate, channels, bitDepth } = readStreamInfo(packet.subarray(17))
  const headerPackets = packet.readUInt16BE(7)
  return { ...unknown, codec: 'flac', name: 'FLAC', sampleRate, channels, bitDepth, headerPackets }
}

/** Why an Ogg file is not accepted, if it is not. */
export function refuseOggStreams(streams: readonly OggStream[]): string | undefined {
  const refused =
    streams.find(({ codec }) => codec === 'video') ??
    streams.find(({ codec, name }) => codec === 'other' && name !== 'Ogg') ??
    streams[0]
  const isAccepted = refused?.codec !== 'video' && streams.some(isAcceptedStream)
  return isAccepted ? undefined : (refused?.name ?? 'Ogg')
}

export const isAcceptedStream = ({ codec }: OggStream): boolean => codec !== 'video' && codec !== 'other'
