import type { BufferedContent } from '../buffered-content.ts'
import {
  averageBitrate,
  truncated,
  unreadable,
  unsupported,
  type ContainerReading,
} from './container-reading.ts'
import { mostChildren, readBoxes, type Box } from './mp4-boxes.ts'
import { readFragmentsDuration } from './mp4-fragments.ts'
import { readMp4Track, type Mp4Track } from './mp4-track.ts'

const mostBoxes = 10_000
/** A long fragmented file costs more than its end is worth. */
const mostReads = 150
const mostTracks = 16

/** What a file may go on with, so that a cut one is told from one with rubbish behind it. */
const topLevelNames = new Set('ftyp moov mdat moof mfra free skip wide udta meta sidx styp uuid'.split(' '))
/** Chapter pictures do not make a film of an audiobook. */
const stillCodecs = new Set(['jpeg', 'mjpa', 'mjpb', 'png ', 'gif ', 'tiff'])

export async function readMp4(content: BufferedContent): Promise<ContainerReading> {
  const layout = await readLayout(content)
  if (layout.isCut || !layout.moov || !layout.hasMedia) return truncated
  const tracks = await readTracks(content, layout.moov)
  if (tracks.some(({ kind, codec }) => kind === 'vide' && !stillCodecs.has(codec)))
    return unsupported('MPEG-4 video')
  const audio = tracks.find(({ kind }) => kind === 'soun')
  if (!audio) return unreadable
  if (!audio.isAccepted) return unsupported(`MPEG-4 with ${audio.codec}`)

  const { codec, sampleRate, channels } = audio
  const durationSeconds =
    audio.durationSeconds ?? (await readFragmentsDuration(content, layout.moov, layout.sidx))
  if (durationSeconds === undefined)
    // Only the fragments themselves tell, and music-metadata adds them up.
    return layout.isFragmented
      ? { verdict: 'audio', format: 'mp4', facts: { codec, sampleRate, channels } }
      : unreadable
  const bitrate = averageBitrate(content.sizeBytes - (layout.moov.end - layout.moov.start), durationSeconds)
  return { verdict: 'audio', format: 'mp4', facts: { codec, durationSeconds, bitrate, sampleRate, channels } }
}

interface Layout {
  isCut: boolean
  moov?: Box
  sidx?: Box
  hasMedia: boolean
  isFragmented: boolean
}

async function readLayout(content: BufferedContent): Promise<Layout> {
  const layout: Layout = { isCut: false, hasMedia: false, isFragmented: false }
  let end = 0
  let last = ''
  for await (const box of readBoxes(content, { start: 0, end: content.sizeBytes }, mostBoxes)) {
    if (box.end > content.sizeBytes) {
      layout.isCut = topLevelNames.has(box.name)
      return layout
    }
    if (box.name === 'moov') layout.moov ??= box
    if (box.name === 'sidx') layout.sidx ??= box
    layout.isFragmented ||= box.name === 'moof'
    layout.hasMedia ||= box.name === 'mdat' && box.end > box.start
    if (content.reads > mostReads) return layout
    end = box.end
    last = box.name
  }
  // The media of the last fragment are missing.
  layout.isCut = last === 'moof' && content.sizeBytes - end < 8
  return layout
}

async function readTracks(content: BufferedContent, moov: Box): Promise<readonly Mp4Track[]> {
  const tracks: Mp4Track[] = []
  for await (const box of readBoxes(content, moov, mostChildren)) {
    if (box.name !== 'trak') continue
    const track = await readMp4Track(content, box)
    if (track) tracks.push(track)
    if (tracks.length === mostTracks) break
  }
  return tracks
}
