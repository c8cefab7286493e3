import { readOggPage } from './ogg-page.ts'
import { readStreamInfo } from './flac.ts'

export interface OggStream {
  readonly serial: number
  readonly codec: 'vorbis' | 'opus' | 'flac' | 'video' | 'other'
  /** What the client is told where the codec is not accepted. */
  readonly name: string
  readonly sampleRate: number | undefined
  readonly channels: number | undefined
  /** Samples at the beginning that are not to be heard. */
  readonly preSkip: number
}

const unknown = { sampleRate: undefined, channels: undefined, preSkip: 0 }

/** The streams that begin in the first pages; all that belong together begin before anything else (RFC 3533 section 4). */
export function readOggStreams(head: Buffer): readonly OggStream[] {
  const streams: OggStream[] = []
  let page = readOggPage(head, 0)
  while (page?.isFirstOfStream && page.payloadStart < head.length) {
    streams.push({ serial: page.serial, ...describe(head.subarray(page.payloadStart, page.end)) })
    page = readOggPage(head, page.end)
  }
  return streams
}

function describe(packet: Buffer): Omit<OggStream, 'serial'> {
  const startsWith = (mark: string): boolean => packet.toString('latin1', 0, mark.length) === mark
  if (startsWith('\x01vorbis') && packet.length >= 30)
    return { ...vorbis(packet), codec: 'vorbis', name: 'Vorbis' }
  if (startsWith('OpusHead') && packet.length >= 19) return { ...opus(packet), codec: 'opus', name: 'Opus' }
  if (startsWith('\x7fFLAC') && packet.length >= 51) return { ...flac(packet), codec: 'flac', name: 'FLAC' }
  if (startsWith('Speex   ')) return { ...unknown, codec: 'other', name: 'Speex' }
  const isVideo = ['\x80theora', '\x01video', 'BBCD\0'].some(startsWith)
  return { ...unknown, codec: isVideo ? 'video' : 'other', name: isVideo ? 'Ogg video' : 'Ogg' }
}

const vorbis = (packet: Buffer) => ({
  sampleRate: packet.readUInt32LE(12),
  channels: packet.readUInt8(11),
  preSkip: 0,
})

/** Opus always counts in 48 kHz, whatever the input was (RFC 7845 section 5.1). */
const opus = (packet: Buffer) => ({
  sampleRate: 48000,
  channels: packet.readUInt8(9),
  preSkip: packet.readUInt16LE(10),
})

/** RFC 9639 section 10.1: the marker, a header of four bytes and STREAMINFO follow 9 bytes of mapping header. */
function flac(packet: Buffer) {
  const { sampleRate, channels } = readStreamInfo(packet.subarray(17))
  return { sampleRate, channels, preSkip: 0 }
}

/** What is in the way of accepting an Ogg file, if anything is. */
export function refuseOggStreams(streams: readonly OggStream[]): string | undefined {
  const refused = streams.find(({ codec }) => codec === 'video') ?? streams[0]
  const isAccepted = refused?.codec !== 'video' && streams.some(isAcceptedStream)
  return isAccepted ? undefined : (refused?.name ?? 'Ogg')
}

export const isAcceptedStream = ({ codec }: OggStream): boolean => codec !== 'video' && codec !== 'other'
