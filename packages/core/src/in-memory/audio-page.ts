import type { Audio } from '../audio/audio.ts'
import {
  audioKey,
  sectionsOf,
  type AudioKey,
  type AudioPlace,
  type AudioSection,
} from '../audio/audio-order.ts'
import type { AudioFilter, AudioPage, AudioPageRequest } from '../audio/audio-repository.ts'
import { relevanceOf, type AudioSearch } from '../audio/audio-search.ts'
import { compareText } from '../fold-text.ts'
import { pageBy } from '../page.ts'

/** The page of audio behind `after`, section by section. */
export function audioPage(
  found: readonly Audio[],
  { limit, after }: AudioPageRequest,
  filter: AudioFilter,
): AudioPage {
  const sections = sectionsOf(filter)
  const compare = (a: AudioPlace, b: AudioPlace): number => {
    const within = compareKeys(a.key, b.key) || compareText(a.id, b.id)
    return a.section - b.section || (sections[a.section]?.direction === 'ascending' ? within : -within)
  }
  const following = found
    .map((audio) => ({ audio, place: placeOf(audio, sections, filter.search) }))
    .filter(({ place }) => after === undefined || compare(place, after) > 0)
    .sort((a, b) => compare(a.place, b.place))
  const { items, next } = pageBy(following, limit, ({ place }) => place)
  return { items: items.map(({ audio }) => audio), next }
}

function placeOf(
  audio: Audio,
  sections: readonly AudioSection[],
  search: AudioSearch | undefined,
): AudioPlace {
  const relevance = search && relevanceOf(audio, search)
  const duration = audio.media.durationSeconds === undefined ? 'unknown-duration' : 'known-duration'
  const section = sections.findIndex(
    ({ holds }) => holds === 'all' || holds === duration || holds === relevance,
  )
  return { section, key: audioKey(audio, sections[section]?.key ?? 'none'), id: audio.id }
}

/** Keys of one section are of one type. */
function compareKeys(a: AudioKey, b: AudioKey): number {
  if (typeof a === 'string' && typeof b === 'string') return compareText(a, b)
  return Number(a) - Number(b)
}
