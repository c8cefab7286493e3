import type { BufferedContent } from '../buffered-content.ts'
import { findBox, mostChildren, readBoxes, type Box } from './mp4-boxes.ts'
import { readElementaryStream } from './mp4-elementary-stream.ts'

export interface Mp4Track {
  /** The handler: `soun`, `vide`, `text` ... */
  readonly kind: string
  /** Our name for an accepted codec, else the file's own. */
  readonly codec: string
  readonly isAccepted: boolean
  readonly durationSeconds: number | undefined
  readonly sampleRate: number | undefined
  readonly channels: number | undefined
}

type Codec = Pick<Mp4Track, 'codec' | 'isAccepted' | 'sampleRate' | 'channels'>

const plainCodecs: Readonly<Record<string, string>> = {
  Opus: 'opus',
  fLaC: 'flac',
  '.mp3': 'mp3',
}
const readableNames: Readonly<Record<string, string>> = {
  samr: 'AMR',
  sawb: 'AMR',
  'ac-3': 'AC-3',
  'ec-3': 'E-AC-3',
  enca: 'encrypted audio',
  drms: 'protected audio',
}

export async function readMp4Track(content: BufferedContent, trak: Box): Promise<Mp4Track | undefined> {
  const mdia = await findBox(content, trak, ['mdia'])
  if (!mdia) return undefined
  const handler = await findBox(content, mdia, ['hdlr'])
  const header = await findBox(content, mdia, ['mdhd'])
  const stsd = await findBox(content, mdia, ['minf', 'stbl', 'stsd'])
  if (!handler || !header || !stsd) return undefined
  const kind = (await content.read(handler.start + 8, 4)).toString('latin1')
  const time = readTime(await content.read(header.start, 32))
  const entry = await firstEntry(content, stsd)
  if (!entry || !time) return undefined
  const codec =
    kind === 'soun'
      ? await readAudioEntry(content, entry)
      : { codec: entry.name, isAccepted: false, sampleRate: undefined, channels: undefined }
  // A rate above 65535 does not fit into the entry; the time scale of sound is its rate as a rule.
  return { kind, durationSeconds: time.durationSeconds, ...codec, sampleRate: codec.sampleRate ?? time.scale }
}

async function firstEntry(content: BufferedContent, stsd: Box): Promise<Box | undefined> {
  for await (const box of readBoxes(content, { start: stsd.start + 8, end: stsd.end }, 1)) return box
  return undefined
}

interface Time {
  readonly scale: number
  readonly durationSeconds: number | undefined
}

/** ISO 14496-12 section 8.4.2. */
function readTime(mdhd: Buffer): Time | undefined {
  const isLong = mdhd[0] === 1
  if (mdhd.length < (isLong ? 32 : 20)) return undefined
  const scale = mdhd.readUInt32BE(isLong ? 20 : 12)
  const units = isLong ? Number(mdhd.readBigUInt64BE(24)) : mdhd.readUInt32BE(16)
  const isUnknown = units === 0 || units >= (isLong ? 2 ** 63 : 0xffffffff)
  return scale === 0 ? undefined : { scale, durationSeconds: isUnknown ? undefined : units / scale }
}

/** ISO 14496-12 section 12.2.3, with the two longer versions of QuickTime. */
async function readAudioEntry(content: BufferedContent, entry: Box): Promise<Codec> {
  const fields = await content.read(entry.start, 28)
  if (fields.length < 28)
    return { codec: entry.name, isAccepted: false, sampleRate: undefined, channels: undefined }
  const extraBytes = [0, 16, 36][fields.readUInt16BE(8)] ?? 0
  const children = { name: entry.name, start: entry.start + 28 + extraBytes, end: entry.end }
  const told = { channels: fields.readUInt16BE(16), sampleRate: fields.readUInt16BE(24) || undefined }
  if (entry.name === 'mp4a')
    return readElementaryStream(content, await findDescriptor(content, children), told)
  if (entry.name === 'alac')
    return { codec: 'alac', isAccepted: true, ...told, ...(await readAlac(content, children)) }
  const codec = plainCodecs[entry.name]
  return { codec: codec ?? readableNames[entry.name] ?? entry.name, isAccepted: codec !== undefined, ...told }
}

/** QuickTime wraps the descriptor once more. */
async function findDescriptor(content: BufferedContent, children: Box): Promise<Box | undefined> {
  return (await findBox(content, children, ['esds'])) ?? findBox(content, children, ['wave', 'esds'])
}

/** The magic cookie of Apple Lossless knows better than the entry around it. */
async function readAlac(content: BufferedContent, children: Box) {
  for await (const box of readBoxes(content, children, mostChildren)) {
    if (box.name !== 'alac') continue
    const cookie = await content.read(box.start, 28)
    if (cookie.length === 28) return { channels: cookie.readUInt8(13), sampleRate: cookie.readUInt32BE(24) }
  }
  return {}
}
