import { foldText } from '../fold-text.ts'
import { maxTitleLength, type Audio } from './audio.ts'

export type AudioSort = 'created' | 'title' | 'duration' | 'size'

export type AudioOrder =
  | { readonly by: AudioSort; readonly direction: 'ascending' | 'descending' }
  /** Of a search: titles that begin with it by title, then titles with words that do, then all else, newest first. */
  | { readonly by: 'relevance' }

export const newestFirst = { by: 'created', direction: 'descending' } as const satisfies AudioOrder

/** How well audio is found: its title begins with the phrase, words of the title with all terms, or the terms are anywhere. */
export type Relevance = 'title-begins' | 'title-word-begins' | 'elsewhere'

/** A list is its sections, one after the other. The rows of each are ordered by a key, then by id, both in one direction. */
export interface AudioSection {
  /** `none`: by id alone. */
  readonly key: AudioSort | 'none'
  readonly direction: 'ascending' | 'descending'
  readonly holds: 'all' | 'known-duration' | 'unknown-duration' | Relevance
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

/**
 * An unknown duration is neither short nor long: it comes last in both directions. Without a search nothing is more relevant
 * than anything else, and the newest comes first.
 */
export function sectionsOf(filter: {
  readonly search?: unknown
  readonly order: AudioOrder
}): readonly AudioSection[] {
  if (filter.order.by === 'relevance' && filter.search !== undefined) return byRelevance
  const { by, direction } = filter.order.by === 'relevance' ? newestFirst : filter.order
  if (by !== 'duration') return [{ key: by, direction, holds: 'all' }]
  return [
    { key: 'duration', direction, holds: 'known-duration' },
    { key: 'none', direction, holds: 'unknown-duration' },
  ]
}

const byRelevance: readonly AudioSection[] = [
  { key: 'title', direction: 'ascending', holds: 'title-begins' },
  { key: 'created', direction: 'descending', holds: 'title-word-begins' },
  { key: 'created', direction: 'descending', holds: 'elsewhere' },
]

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
