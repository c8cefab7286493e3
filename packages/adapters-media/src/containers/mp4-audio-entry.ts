import type { ContentView } from '../content-view.ts'
import { readAlacCookie } from './alac-cookie.ts'
import { readStreamInfo, streamInfoBytes } from './flac-stream-info.ts'
import { findBox, mostChildren, readBoxes, type Box } from './mp4-boxes.ts'
import { readElementaryStream } from './mp4-elementary-stream.ts'
import { codecName, plainCodecs } from './pcm-codecs.ts'

/** What a sample entry says about its audio. */
export type AudioEntry =
  | { readonly refused: string }
  | {
      readonly codec: string
      readonly sampleRate: number | undefined
      readonly channels: number | undefined
      readonly bitDepth?: number
      readonly lossless: boolean
      /** Of one sample of all channels, for PCM. */
      readonly frameBytes?: number
      /** Samples at the beginning that are not played, unless an edit list says so, too. */
      readonly preSkip?: number
    }

interface Fields {
  readonly channels: number
  readonly sampleRate: number | undefined
  readonly bitDepth: number
  readonly frameBytes: number | undefined
  readonly childrenAt: number
}

/** ISO 14496-12 section 12.2.3, with the two longer versions of QuickTime. */
export async function readAudioEntry(content: ContentView, entry: Box): Promise<AudioEntry> {
  const fields = readFields(await content.read(entry.start, 64))
  if (!fields) return { refused: codecName(entry.name) }
  const { channels, sampleRate } = fields
  const children: Box = { ...entry, start: entry.start + fields.childrenAt }
  const plain = plainCodecs[entry.name]
  if (plain) return plainEntry(plain, fields)
  if (amrCodecs[entry.name])
    return {
      codec: amrCodecs[entry.name] ?? '',
      sampleRate: entry.name === 'sawb' ? 16_000 : 8000,
      channels: 1,
      lossless: false,
    }
  switch (entry.name) {
    case 'mp4a':
      return readMp4a(content, children, fields)
    case 'alac':
      return { codec: 'alac', channels, sampleRate, lossless: true, ...(await readAlac(content, children)) }
    case 'fLaC':
      return {
        codec: 'flac',
        channels,
        sampleRate,
        lossless: true,
        ...(await readFlacConfig(content, children)),
      }
    case 'Opus':
      return { codec: 'opus', channels, lossless: false, ...(await readOpusConfig(content, children)) }
    case '.mp3':
    case 'ms\0U':
      return { codec: 'mp3', channels, sampleRate, lossless: false }
    default:
      return { refused: codecName(entry.name) }
  }
}

const amrCodecs: Readonly<Record<string, string>> = { samr: 'amr-nb', sawb: 'amr-wb' }

function readFields(bytes: Buffer): Fields | undefined {
  if (bytes.length < 28) return undefined
  const version = bytes.readUInt16BE(8)
  const [channels, bitDepth] = [bytes.readUInt16BE(16), bytes.readUInt16BE(18)]
  const short = { channels, bitDepth, sampleRate: bytes.readUInt16BE(24) || undefined }
  if (version === 1 && bytes.length >= 44)
    return { ...short, frameBytes: bytes.readUInt32BE(36) || undefined, childrenAt: 44 }
  if (version !== 2 || bytes.length < 64) return { ...short, frameBytes: undefined, childrenAt: 28 }
  return {
    channels: bytes.readUInt32BE(40),
    sampleRate: bytes.readDoubleBE(32),
    bitDepth: bytes.readUInt32BE(48),
    frameBytes: bytes.readUInt32BE(56) || undefined,
    childrenAt: 64,
  }
}

function plainEntry({ codec, bits }: (typeof plainCodecs)[string] & object, fields: Fields): AudioEntry {
  const { channels, sampleRate } = fields
  const bitDepth = bits || fields.bitDepth
  const frameBytes = fields.frameBytes ?? channels * Math.ceil(bitDepth / 8)
  return codec === 'pcm'
    ? { codec, channels, sampleRate, bitDepth, frameBytes, lossless: true }
    : { codec, channels, sampleRate, frameBytes: channels, lossless: false }
}

/** The entry itself says two channels for mono, too, and half the rate of HE-AAC. */
async function readMp4a(content: ContentView, children: Box, fields: Fields): Promise<AudioEntry> {
  // QuickTime wraps the descriptor once more.
  const esds =
    (await findBox(content, children, ['esds'])) ?? (await findBox(content, children, ['wave', 'esds']))
  const stream = await readElementaryStream(content, esds)
  if ('refused' in stream) return stream
  const config = stream.codec === 'aac' ? stream.config : undefined
  return {
    codec: stream.codec,
    channels: config?.channels ?? fields.channels,
    sampleRate: config?.sampleRate ?? fields.sampleRate,
    lossless: false,
  }
}

async function readAlac(content: ContentView, children: Box) {
  const inner =
    (await findBox(content, children, ['alac'])) ?? (await findBox(content, children, ['wave', 'alac']))
  return inner && readAlacCookie(await content.read(inner.start + 4, 24))
}

/** `dfLa` has a block header before STREAMINFO (xiph.org, FLAC in ISOBMFF). */
async function readFlacConfig(content: ContentView, children: Box) {
  const config = await findBox(content, children, ['dfLa'])
  const bytes = config ? await content.read(config.start + 8, streamInfoBytes) : Buffer.alloc(0)
  if (bytes.length < streamInfoBytes) return undefined
  const { channels, sampleRate, bitDepth } = readStreamInfo(bytes)
  return { channels, sampleRate, bitDepth }
}

/** Opus is decoded at 48 kHz, whatever the entry says. */
async function readOpusConfig(content: ContentView, children: Box) {
  for await (const box of readBoxes(content, children, mostChildren)) {
    if (box.name !== 'dOps') continue
    const bytes = await content.read(box.start, 4)
    if (bytes.length === 4)
      return { sampleRate: 48_000, channels: bytes.readUInt8(1), preSkip: bytes.readUInt16BE(2) }
  }
  return { sampleRate: 48_000 }
}
