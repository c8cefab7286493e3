import type { Audio } from '../audio/audio.ts'
import {
  audioKey,
  sectionsOf,
  type AudioKey,
  type AudioOrder,
  type AudioPlace,
  type AudioSection,
} from '../audio/audio-order.ts'
import type { AudioPage, AudioPageRequest } from '../audio/audio-repository.ts'
import { compareText } from '../fold-text.ts'
import { pageBy } from '../page.ts'

/** The page of audio behind `after`, section by section. */
export function audioPage(
  found: readonly Audio[],
  { limit, after }: AudioPageRequest,
  order: AudioOrder,
): AudioPage {
  const sections = sectionsOf(order)
  const compare = (a: AudioPlace, b: AudioPlace): number => {
    const within = compareKeys(a.key, b.key) || compareText(a.id, b.id)
    return a.section - b.section || (sections[a.section]?.direction === 'ascending' ? within : -within)
  }
  const following = found
    .map((audio) => ({ audio, place: placeOf(audio, sections) }))
    .filter(({ place }) => after === undefined || compare(place, after) > 0)
    .sort((a, b) => compare(a.place, b.place))
  const { items, next } = pageBy(following, limit, ({ place }) => place)
  return { items: items.map(({ audio }) => audio), next }
}

function placeOf(audio: Audio, sections: readonly AudioSection[]): AudioPlace {
  const section = sections.findIndex(({ holds }) => isIn(holds, audio))
  return { section, key: audioKey(audio, sections[section]?.key ?? 'none'), id: audio.id }
}

function isIn(holds: AudioSection['holds'], { media }: Audio): boolean {
  switch (holds) {
    case 'all':
      return true
    case 'known-duration':
      return media.durationSeconds !== undefined
    case 'unknown-duration':
      return media.durationSeconds === undefined
  }
}

/** Keys of one section are of one type. */
function compareKeys(a: AudioKey, b: AudioKey): number {
  if (typeof a === 'string' && typeof b === 'string') return compareText(a, b)
  return Number(a) - Number(b)
}
