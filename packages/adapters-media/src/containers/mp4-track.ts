import type { ContentView } from '../content-view.ts'
import { readFrameHeader } from '../frame-header.ts'
import { readAudioEntry, type AudioEntry } from './mp4-audio-entry.ts'
import { findBox, readBoxes, type Box } from './mp4-boxes.ts'
import { readEditList, type Edit } from './mp4-edit-list.ts'
import { readSampleTable, type SampleTable } from './mp4-sample-table.ts'

interface Track {
  readonly id: number
  /** Units per second. */
  readonly timeScale: number
  /** What the header of the track claims. */
  readonly claimedUnits: number | undefined
  readonly table: SampleTable | undefined
}

export interface AudioTrack extends Track {
  readonly kind: 'audio'
  readonly entry: AudioEntry
  readonly edits: readonly Edit[]
}

export type Mp4Track =
  | AudioTrack
  | (Track & { readonly kind: 'video'; readonly codec: string })
  | (Track & { readonly kind: 'other' })

export async function readMp4Track(content: ContentView, trak: Box): Promise<Mp4Track | undefined> {
  const mdia = await findBox(content, trak, ['mdia'])
  if (!mdia) return undefined
  const handler = await findBox(content, mdia, ['hdlr'])
  const header = await findBox(content, mdia, ['mdhd'])
  const stbl = await findBox(content, mdia, ['minf', 'stbl'])
  const stsd = stbl && (await findBox(content, stbl, ['stsd']))
  if (!handler || !header || !stsd) return undefined
  const time = readTime(await content.read(header.start, 32))
  const entry = await firstEntry(content, stsd)
  if (!entry || !time) return undefined
  const id = await readTrackId(content, trak)
  const kind = (await content.read(handler.start + 8, 4)).toString('latin1')
  if (kind !== 'soun') {
    const table = kind === 'vide' ? await readSampleTable(content, stbl, undefined) : undefined
    const track = { id, ...time, table }
    return kind === 'vide' ? { ...track, kind: 'video', codec: entry.name } : { ...track, kind: 'other' }
  }
  const audio = await readAudioEntry(content, entry)
  const table = await readSampleTable(content, stbl, 'codec' in audio ? audio.frameBytes : undefined)
  const edits = await readEditList(content, trak)
  return { kind: 'audio', id, ...time, table, edits, entry: await checkMp3(content, audio, table?.start) }
}

/** Entries of mp3 have two channels for mono, too, and do not tell the layers apart; the first frame does. */
async function checkMp3(
  content: ContentView,
  entry: AudioEntry,
  at: number | undefined,
): Promise<AudioEntry> {
  if ('refused' in entry || entry.codec !== 'mp3' || at === undefined) return entry
  const frame = readFrameHeader(await content.read(at, 8), 0)
  if (frame?.kind !== 'mpeg') return entry
  if (frame.layer !== 3) return { refused: `MPEG audio layer ${frame.layer === 1 ? 'I' : 'II'}` }
  return { ...entry, channels: frame.channels, sampleRate: frame.sampleRate }
}

async function firstEntry(content: ContentView, stsd: Box): Promise<Box | undefined> {
  const header = await content.read(stsd.start + 8, 8)
  if (header.length < 8) return undefined
  // The names of some entries are not printable, such as that of mp3 in QuickTime.
  const name = header.toString('latin1', 4, 8)
  const boxStart = stsd.start + 8
  return { name, boxStart, start: boxStart + 8, end: Math.min(stsd.end, boxStart + header.readUInt32BE(0)) }
}

async function readTrackId(content: ContentView, trak: Box): Promise<number> {
  const box = await findBox(content, trak, ['tkhd'])
  const bytes = box ? await content.read(box.start, 24) : Buffer.alloc(0)
  return bytes.length < 24 ? 0 : bytes.readUInt32BE(bytes.readUInt8(0) === 1 ? 20 : 12)
}

/** ISO 14496-12 section 8.4.2. */
function readTime(mdhd: Buffer): Pick<Track, 'timeScale' | 'claimedUnits'> | undefined {
  const isLong = mdhd[0] === 1
  if (mdhd.length < (isLong ? 32 : 20)) return undefined
  const timeScale = mdhd.readUInt32BE(isLong ? 20 : 12)
  const units = isLong ? Number(mdhd.readBigUInt64BE(24)) : mdhd.readUInt32BE(16)
  const isUnknown = units === 0 || units >= (isLong ? 2 ** 63 : 0xffffffff)
  return timeScale === 0 ? undefined : { timeScale, claimedUnits: isUnknown ? undefined : units }
}

export async function readMp4Tracks(content: ContentView, moov: Box): Promise<readonly Mp4Track[]> {
  const tracks: Mp4Track[] = []
  for await (const box of readBoxes(content, moov, mostBoxes)) {
    if (box.name !== 'trak') continue
    const track = await readMp4Track(content, box)
    if (track) tracks.push(track)
    if (tracks.length === mostTracks) break
  }
  return tracks
}

const mostBoxes = 200
const mostTracks = 16
