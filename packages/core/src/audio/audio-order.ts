import { foldText } from '../fold-text.ts'
import { maxTitleLength, type Audio } from './audio.ts'

export type AudioSort = 'created' | 'title' | 'duration' | 'size'

export interface AudioOrder {
  readonly by: AudioSort
  readonly direction: 'ascending' | 'descending'
}

export const newestFirst: AudioOrder = { by: 'created', direction: 'descending' }

/** A list is its sections, one after the other. The rows of each are ordered by a key, then by id, both in one direction. */
export interface AudioSection {
  /** `none`: by id alone. */
  readonly key: AudioSort | 'none'
  readonly direction: 'ascending' | 'descending'
  readonly holds: 'all' | 'known-duration' | 'unknown-duration'
}

/** A place in such a list. It stays where it is when the row that stood there goes. */
export interface AudioPlace {
  /** Index into `sectionsOf`. */
  readonly section: number
  readonly key: AudioKey
  readonly id: string
}

/** Milliseconds since 1970, a folded title, seconds or bytes. */
export type AudioKey = string | number | null

/** An unknown duration is neither short nor long: it comes last in both directions. */
export function sectionsOf({ by, direction }: AudioOrder): readonly AudioSection[] {
  if (by !== 'duration') return [{ key: by, direction, holds: 'all' }]
  return [
    { key: 'duration', direction, holds: 'known-duration' },
    { key: 'none', direction, holds: 'unknown-duration' },
  ]
}

/** By what titles are ordered: not longer than a title, although folding may lengthen a text. */
export const titleKey = (title: string): string => [...foldText(title)].slice(0, maxTitleLength).join('')

export function audioKey(audio: Audio, key: AudioSection['key']): AudioKey {
  switch (key) {
    case 'created':
      return audio.createdAt.getTime()
    case 'title':
      return titleKey(audio.title)
    case 'duration':
      return audio.media.durationSeconds ?? null
    case 'size':
      return audio.content.sizeBytes
    case 'none':
      return null
  }
}
