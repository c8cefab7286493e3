import type { ContentView } from '../content-view.ts'
import {
  averageBitrate,
  truncated,
  unreadable,
  unsupported,
  type ContainerReading,
} from './container-reading.ts'
import { childrenOf, readFloat, readUnsigned } from './ebml.ts'
import { readLastTimestamp } from './matroska-end.ts'
import { readMatroskaLayout, type MatroskaLayout } from './matroska-layout.ts'
import { readMatroskaTracks, type MatroskaTrack } from './matroska-track.ts'

const [timestampScaleId, durationId] = [0x2ad7b1, 0x4489]
const defaultTimestampScale = 1_000_000
const nanosecondsPerSecond = 1e9
/** The last block begins shortly before the end. */
const longestBlockSeconds = 2

const webmCodecs = ['opus', 'vorbis']

/** Matroska and WebM (RFC 9559). */
export async function readMatroska(content: ContentView): Promise<ContainerReading> {
  const layout = await readMatroskaLayout(content)
  if (!layout) return unreadable
  if (layout === 'cut') return truncated
  const { segment, docType } = layout
  if (segment.size !== undefined && segment.start + segment.size > content.sizeBytes) return truncated
  if (layout.isCut) return truncated
  const container = docType === 'webm' ? 'WebM' : 'Matroska'
  const tracks = layout.tracks ? readMatroskaTracks(layout.tracks) : []
  if (tracks.some(({ kind }) => kind === 'video')) return unsupported(`${container} video`)
  const audio = tracks.find(({ kind }) => kind === 'audio')
  if (!audio || layout.clustersStart === undefined) return unreadable
  if (audio.codec === undefined) return unsupported(`${container} with ${audio.name}`)

  const durationSeconds = await readDuration(content, layout, audio)
  if (durationSeconds === 'cut') return truncated
  const { codec, sampleRate, channels, bitDepth, lossless } = audio
  const bitrate = averageBitrate(layout.clustersEnd - layout.clustersStart, durationSeconds)
  const format = docType === 'webm' && webmCodecs.includes(codec) ? 'webm' : 'mka'
  return {
    verdict: 'audio',
    format,
    facts: { codec, durationSeconds, bitrate, sampleRate, channels, bitDepth, lossless },
  }
}

/** The claim, unless the last block contradicts it or there is none: browsers record without one. */
async function readDuration(
  content: ContentView,
  { info, segment }: MatroskaLayout,
  { delaySeconds }: MatroskaTrack,
): Promise<number | 'cut' | undefined> {
  const fields = childrenOf(info ?? Buffer.alloc(0))
  const scale = readUnsigned(fields.get(timestampScaleId)?.[0]) ?? defaultTimestampScale
  const seconds = (units: number): number => (units * scale) / nanosecondsPerSecond
  const claim = readFloat(fields.get(durationId)?.[0])
  const last = await readLastTimestamp(content)
  if (last === 'cut') return segment.size === undefined ? 'cut' : claimOf(claim)
  const claimed = claimOf(claim)
  if (last === undefined) return claimed
  const end = seconds(last)
  const isTrue = claimed !== undefined && claimed >= end && claimed - end <= longestBlockSeconds
  return Math.max(0, (isTrue ? claimed : end) - delaySeconds)

  function claimOf(units: number | undefined): number | undefined {
    return units === undefined || !(units > 0) ? undefined : seconds(units)
  }
}
