import type { AudioId } from '@audiohost/core'
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
    this.#states.set(id, { version, listed }, { size: objectBytes + bytesPerCharacter * textLength(listed) })
    return listed
  }
}

/** Of all that may be long, in characters. */
function textLength({ audio, titleKey }: ListedAudio): number {
  const { title, description, fileName, media } = audio
  const tags = Object.entries(media.tags).flat()
  return [titleKey, title, description, fileName, ...tags].reduce((sum, text) => sum + text.length, 0)
}
