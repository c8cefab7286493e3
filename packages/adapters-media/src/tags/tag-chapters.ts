import type { Chapter } from '@audiohost/core'
import { cleanLine } from './clean-text.ts'
import type { DecodedBlock, DecodedChapter } from './tag-block.ts'

const maxTitleLength = 200
const longestSeconds = 366 * 24 * 3600

/** The chapters of the first tag that has any. A chapter without an end lasts until the next one, or the end of the audio. */
export function chaptersOf(
  blocks: readonly DecodedBlock[],
  durationSeconds: number | undefined,
): readonly Chapter[] {
  const found = blocks.find(({ chapters }) => chapters.length > 0)?.chapters ?? []
  const sorted = found
    .filter(({ startSeconds }) => startSeconds >= 0 && startSeconds <= longestSeconds)
    .toSorted((a, b) => a.startSeconds - b.startSeconds)
  return sorted.map((chapter, index) => describe(chapter, sorted[index + 1]?.startSeconds ?? durationSeconds))
}

function describe(
  { startSeconds, endSeconds, title = '' }: DecodedChapter,
  next: number | undefined,
): Chapter {
  const end = [endSeconds, next].find(
    (seconds) => seconds !== undefined && seconds > startSeconds && seconds <= longestSeconds,
  )
  const cleaned = cleanLine(title, maxTitleLength)
  return {
    startSeconds: milliseconds(startSeconds),
    ...(end !== undefined && { endSeconds: milliseconds(end) }),
    ...(cleaned !== '' && { title: cleaned }),
  }
}

const milliseconds = (seconds: number): number => Math.round(seconds * 1000) / 1000
