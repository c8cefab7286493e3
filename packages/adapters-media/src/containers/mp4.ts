import type { AudioFormat } from '@audiohost/core'
import type { ContentView } from '../content-view.ts'
import {
  averageBitrate,
  truncated,
  unreadable,
  unsupported,
  type ContainerReading,
} from './container-reading.ts'
import { playedSamples, readItunesGapless } from './gapless.ts'
import { findBox, type Box } from './mp4-boxes.ts'
import { editedSeconds } from './mp4-edit-list.ts'
import { readFragments, readMp4Layout, type FragmentSamples, type Mp4Layout } from './mp4-layout.ts'
import { readMp4Tracks, type AudioTrack, type Mp4Track } from './mp4-track.ts'

/** Chapter pictures and covers do not make a film. */
const stillCodecs = new Set(['jpeg', 'mjpa', 'mjpb', 'png ', 'gif ', 'tiff', 'mp4v'])
const mostStillsPerSecond = 0.5

/** MPEG-4 and QuickTime: ISO 14496-12 and its ancestor. */
export async function readMp4(content: ContentView): Promise<ContainerReading> {
  const layout = await readMp4Layout(content)
  if (!layout.moov || layout.isCut) return truncated
  const tracks = await readMp4Tracks(content, layout.moov)
  if (tracks.some(isFilm)) return unsupported(layout.brand === 'qt  ' ? 'QuickTime video' : 'MPEG-4 video')
  const audio = tracks.find(isAudio)
  if (!audio) return unreadable
  const container = layout.brand === 'qt  ' ? 'QuickTime' : 'MPEG-4'
  if ('refused' in audio.entry) return unsupported(`${container} with ${audio.entry.refused}`)
  const fragments = await readFragments(content, layout, audio.id)
  const end = Math.max(audio.table?.end ?? 0, fragments.end)
  if (end > content.sizeBytes) return truncated
  if (layout.isMediaCut && !(end > 0)) return truncated
  if ((audio.table?.samples ?? 0) + fragments.samples === 0 && audio.table)
    return layout.isFragmented ? truncated : unreadable
  return describe(content, { layout, moov: layout.moov, audio, fragments })
}

const isAudio = (track: Mp4Track): track is AudioTrack => track.kind === 'audio'

function isFilm(track: Mp4Track): boolean {
  if (track.kind !== 'video') return false
  if (!stillCodecs.has(track.codec)) return true
  const { samples = 0, units = 0 } = track.table ?? {}
  // Without samples in its tables, the track is in fragments, as a film is.
  return samples === 0 || (samples > 1 && samples / (units / track.timeScale) > mostStillsPerSecond)
}

interface Parts {
  readonly layout: Mp4Layout
  readonly moov: Box
  readonly audio: AudioTrack
  readonly fragments: FragmentSamples
}

async function describe(
  content: ContentView,
  { layout, moov, audio, fragments }: Parts,
): Promise<ContainerReading> {
  if ('refused' in audio.entry) return unreadable
  const { codec, channels, bitDepth, lossless, preSkip = 0 } = audio.entry
  const units = (audio.table?.units ?? 0) + fragments.units || (audio.claimedUnits ?? 0)
  const sampleRate = audio.entry.sampleRate ?? audio.timeScale
  const mediaSeconds = units / audio.timeScale
  if (!(mediaSeconds > 0)) return unreadable
  const movieScale = await readMovieScale(content, moov)
  const scales = { movieScale, trackScale: audio.timeScale, mediaSeconds }
  const hasEdits = audio.edits.length > 0
  const durationSeconds = hasEdits
    ? editedSeconds(audio.edits, scales)
    : (await withoutGap(content, moov, units)) / audio.timeScale - preSkip / sampleRate
  const bytes = (audio.table?.bytes ?? 0) + fragments.bytes
  return {
    verdict: 'audio',
    format: formatOf(layout.brand, codec),
    facts: {
      codec,
      durationSeconds,
      bitrate: averageBitrate(bytes || content.sizeBytes - (moov.end - moov.start), mediaSeconds),
      sampleRate,
      channels,
      bitDepth,
      lossless,
    },
  }
}

/** AMR is what makes a file 3GP for players; AAC in it plays as MPEG-4. */
function formatOf(brand: string | undefined, codec: string): AudioFormat {
  if (codec.startsWith('amr')) return '3gp'
  return brand === 'qt  ' ? 'mov' : 'mp4'
}

async function readMovieScale(content: ContentView, moov: Box): Promise<number> {
  const mvhd = await findBox(content, moov, ['mvhd'])
  const bytes = mvhd ? await content.read(mvhd.start, 24) : Buffer.alloc(0)
  return (bytes.length === 24 && bytes.readUInt32BE(bytes.readUInt8(0) === 1 ? 20 : 12)) || 1000
}

const mostTagBytes = 1024 * 1024

/** iTunes writes the encoder delay into a comment if there is no edit list. */
async function withoutGap(content: ContentView, moov: Box, units: number): Promise<number> {
  const udta = await findBox(content, moov, ['udta'])
  if (!udta) return units
  const tag = await content.read(udta.start, Math.min(udta.end - udta.start, mostTagBytes))
  return playedSamples(units, readItunesGapless(tag))
}
