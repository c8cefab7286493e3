import type { ContentView } from '../content-view.ts'
import {
  averageBitrate,
  truncated,
  unreadable,
  unsupported,
  type ContainerReading,
} from './container-reading.ts'

/** Bytes of a frame by its type, with the byte that tells the type (RFC 4867 section 5.3); 0: reserved. */
const frameBytes = {
  'amr-nb': [13, 14, 16, 18, 20, 21, 27, 32, 6, 7, 6, 6, 0, 0, 0, 1],
  'amr-wb': [18, 24, 33, 37, 41, 47, 51, 59, 61, 6, 0, 0, 0, 0, 1, 1],
} as const

const framesPerSecond = 50
const segmentBytes = 1024 * 1024
const walkedBytes = 32 * 1024 * 1024
const longestFrame = 61

/** The storage format of AMR (RFC 4867 section 5). */
export async function readAmr(content: ContentView): Promise<ContainerReading> {
  const head = (await content.read(0, 16)).toString('latin1')
  if (/^#!AMR(-WB)?_MC1\.0\n/.test(head)) return unsupported('AMR with several channels')
  const isWide = head.startsWith('#!AMR-WB\n')
  if (!isWide && !head.startsWith('#!AMR\n')) return unreadable
  const codec = isWide ? 'amr-wb' : 'amr-nb'
  const start = isWide ? 9 : 6
  const walk = await walkFrames(content, start, frameBytes[codec])
  if (walk.ending === 'cut') return truncated
  if (walk.ending === 'damaged' || walk.frames === 0) return unreadable
  const share = (content.sizeBytes - start) / (walk.end - start)
  const durationSeconds = (walk.frames * share) / framesPerSecond
  return {
    verdict: 'audio',
    format: isWide ? 'amr-wb' : 'amr',
    facts: {
      codec,
      durationSeconds,
      bitrate: averageBitrate(content.sizeBytes - start, durationSeconds),
      sampleRate: isWide ? 16_000 : 8000,
      channels: 1,
      lossless: false,
    },
  }
}

interface Walk {
  readonly frames: number
  readonly end: number
  readonly ending: 'end' | 'cut' | 'damaged'
}

async function walkFrames(content: ContentView, start: number, sizes: readonly number[]): Promise<Walk> {
  const limit = Math.min(content.sizeBytes, start + walkedBytes)
  let [at, frames] = [start, 0]
  while (at < limit) {
    const segment = await content.read(at, segmentBytes + longestFrame)
    let within = 0
    while (within < segment.length && within < segmentBytes) {
      const type = segment.readUInt8(within)
      const size = (type & 0x83) === 0 ? (sizes[type >>> 3] ?? 0) : 0
      if (size === 0) return { frames, end: at + within, ending: 'damaged' }
      if (at + within + size > content.sizeBytes) return { frames, end: at + within, ending: 'cut' }
      within += size
      frames++
    }
    at += within
  }
  return { frames, end: at, ending: 'end' }
}
