import type { ContentView } from '../content-view.ts'
import { findBox, type Box } from './mp4-boxes.ts'

/** ISO 14496-12 section 8.6.6. */
export interface Edit {
  /** In the time scale of the movie; 0: the rest of the track. */
  readonly movieUnits: number
  /** In the time scale of the track; -1: nothing is played. */
  readonly mediaTime: number
  /** 0: one sample is held. */
  readonly rate: number
}

const mostEdits = 10_000

export async function readEditList(content: ContentView, trak: Box): Promise<readonly Edit[]> {
  const elst = await findBox(content, trak, ['edts', 'elst'])
  if (!elst) return []
  const bytes = await content.read(elst.start, Math.min(elst.end - elst.start, 8 + 20 * mostEdits))
  if (bytes.length < 8) return []
  const isLong = bytes.readUInt8(0) === 1
  const entryBytes = isLong ? 20 : 12
  const count = Math.min(bytes.readUInt32BE(4), Math.floor((bytes.length - 8) / entryBytes))
  return Array.from({ length: count }, (_, index) => {
    const at = 8 + entryBytes * index
    return {
      movieUnits: isLong ? Number(bytes.readBigUInt64BE(at)) : bytes.readUInt32BE(at),
      mediaTime: isLong ? Number(bytes.readBigInt64BE(at + 8)) : bytes.readInt32BE(at + 4),
      rate: bytes.readInt32BE(at + entryBytes - 4) / 0x10000,
    }
  })
}

interface Scales {
  readonly movieScale: number
  readonly trackScale: number
  readonly mediaSeconds: number
}

/** How long the edits play; an edit cannot play more than the media that there is. */
export function editedSeconds(
  edits: readonly Edit[],
  { movieScale, trackScale, mediaSeconds }: Scales,
): number {
  if (edits.length === 0) return mediaSeconds
  const seconds = edits.reduce((sum, { movieUnits, mediaTime, rate }) => {
    const claimed = movieUnits / movieScale
    if (mediaTime < 0 || rate === 0) return sum + claimed
    const available = Math.max(0, mediaSeconds - mediaTime / trackScale) / Math.abs(rate)
    return sum + (movieUnits === 0 ? available : Math.min(claimed, available))
  }, 0)
  return seconds > 0 ? seconds : mediaSeconds
}
