import type { Audio, AudioId } from '@audiohost/core'
import { LRUCache } from 'lru-cache'
import type { ListedAudio } from './audio-row.ts'

/** Which state a row is in (`versionColumn`). */
export interface RowState {
  readonly id: AudioId
  readonly version: string
}

interface Remembered {
  readonly version: string
  readonly listed: ListedAudio
}

const defaultMaxBytes = 32 * 1024 ** 2
/** What one audio takes besides its texts: objects, and what the HTTP side has written of it. */
const objectBytes = 4000
/** Bytes of a chapter without its title. */
const chapterBytes = 200
/** Two bytes, in what was read, in the JSON and in a header. */
const bytesPerCharacter = 6

/**
 * Audio as it was read. Nothing is ever told from here alone: PostgreSQL says first which states the rows are in, which takes it
 * and the driver a fifth of reading them (docs/decisions/0031).
 */
export class RememberedAudio {
  readonly #states: LRUCache<AudioId, Remembered>

  constructor({ maxBytes = defaultMaxBytes } = {}) {
    this.#states = new LRUCache({ maxSize: maxBytes })
  }

  /** `undefined` where it is not known in this state. */
  find({ id, version }: RowState): ListedAudio | undefined {
    const remembered = this.#states.get(id)
    return remembered?.version === version ? remembered.listed : undefined
  }

  keep({ id, version }: RowState, listed: ListedAudio): ListedAudio {
    const size = bytesOf(listed.audio) + bytesPerCharacter * listed.titleKey.length
    this.#states.set(id, { version, listed }, { size })
    return listed
  }
}

/** What an audio takes in memory, with what is written of it. */
export function bytesOf({ title, description, fileName, media }: Audio): number {
  const tags = Object.entries(media.tags).flat()
  const chapters = media.chapters.map(({ title = '' }) => title)
  const characters = [title, description, fileName, ...tags, ...chapters].reduce(
    (sum, text) => sum + text.length,
    0,
  )
  return objectBytes + chapterBytes * chapters.length + bytesPerCharacter * characters
}
