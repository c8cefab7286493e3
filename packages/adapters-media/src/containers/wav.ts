import { viewOf, type ContentView } from '../content-view.ts'
import {
  averageBitrate,
  truncated,
  unreadable,
  unsupported,
  type ContainerReading,
} from './container-reading.ts'
import { findChunks, isUnknownSize, soundBytes, type Chunk } from './iff-chunks.ts'
import { readMpegAudio } from './mpeg-audio.ts'
import { acceptedWaveCodecs, disguisedCodec, readWaveTag, waveCodecName } from './wave-codecs.ts'

/** RIFF WAVE, and RF64 or BW64, which have 64-bit sizes in a chunk of their own (EBU Tech 3306). */
export async function readWav(content: ContentView): Promise<ContainerReading> {
  const head = await content.read(0, 12)
  if (head.length < 12) return truncated
  const chunks = await findChunks(content, {
    littleEndian: true,
    names: ['ds64', 'fmt ', 'fact', 'data'],
    until: ['fmt ', 'data'],
  })
  const wide = await readChunk(content, chunks.get('ds64'), 16)
  const riffBytes = wide.length === 16 ? Number(wide.readBigUInt64LE(0)) : head.readUInt32LE(4)
  const riffEnd = isUnknownSize(riffBytes) ? undefined : riffBytes + 8
  const announcesMore = riffEnd === undefined || riffEnd > content.sizeBytes
  const data = chunks.get('data')
  const fmt = await readChunk(content, chunks.get('fmt '), 40)
  if (!data || fmt.length < 16) return announcesMore ? truncated : unreadable

  const format = readFormat(fmt, await readChunk(content, chunks.get('fact'), 4))
  if (format.codec === undefined) return unsupported(`WAV with ${waveCodecName(format.tag)}`)
  const bytes = soundBytes({
    available: content.sizeBytes - data.start,
    claimed: wide.length === 16 && data.size === 0xffffffff ? Number(wide.readBigUInt64LE(8)) : data.size,
    counted: format.codec === 'pcm' ? format.countedSamples * format.frameBytes : undefined,
    announcesMore,
  })
  if (bytes === 'cut') return truncated
  return readSound(viewOf(content, data.start, data.start + bytes), { ...format, codec: format.codec })
}

const readChunk = async (content: ContentView, chunk: Chunk | undefined, length: number): Promise<Buffer> =>
  chunk ? content.read(chunk.start, Math.min(length, chunk.size)) : Buffer.alloc(0)

type WaveFormat = ReturnType<typeof readFormat>

function readFormat(fmt: Buffer, fact: Buffer) {
  const tag = readWaveTag(fmt)
  const channels = fmt.readUInt16LE(2)
  const bitDepth = fmt.readUInt16LE(14)
  return {
    tag,
    codec: acceptedWaveCodecs[tag],
    channels,
    sampleRate: fmt.readUInt32LE(4),
    frameBytes: fmt.readUInt16LE(12) || channels * Math.ceil(bitDepth / 8),
    bitDepth,
    countedSamples: fact.length === 4 ? fact.readUInt32LE(0) : 0,
  }
}

async function readSound(
  sound: ContentView,
  { codec, channels, sampleRate, frameBytes, bitDepth }: WaveFormat & { readonly codec: string },
): Promise<ContainerReading> {
  if (sound.sizeBytes === 0) return unreadable
  if (codec === 'mp3') return readMp3(sound)
  if (channels === 0 || sampleRate === 0 || frameBytes === 0) return unreadable
  const disguised = disguisedCodec(await sound.read(0, 8192))
  if (disguised !== undefined) return unsupported(`WAV with ${disguised}`)
  const isPcm = codec === 'pcm'
  const durationSeconds = sound.sizeBytes / ((isPcm ? frameBytes : channels) * sampleRate)
  const bitrate = averageBitrate(sound.sizeBytes, durationSeconds)
  const precision = isPcm ? { bitDepth, lossless: true } : { lossless: false }
  return {
    verdict: 'audio',
    format: 'wav',
    facts: { codec, durationSeconds, bitrate, sampleRate, channels, ...precision },
  }
}

/** The frames have the facts; the headers around them are often wrong. */
async function readMp3(sound: ContentView): Promise<ContainerReading> {
  const reading = await readMpegAudio(sound, Buffer.alloc(0))
  return reading.verdict === 'audio' ? { ...reading, format: 'wav' } : reading
}
