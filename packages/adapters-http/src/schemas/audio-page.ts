import type { AudioFilter, AudioPage } from '@audiohost/core'
import { writeAudioCursor } from '../audio-cursor.ts'
import { writeListedAudio, type ShownListedAudio } from './audio.ts'
import { writePage, type WrittenPage } from './page.ts'

const written = new WeakMap<AudioPage, WrittenPage<ShownListedAudio>>()

/** Written once for each object: repositories that remember what has not changed give the same one again, for the same filter. */
export function writeAudioPage(page: AudioPage, filter: AudioFilter): WrittenPage<ShownListedAudio> {
  const known = written.get(page)
  if (known) return known
  const next = page.next && writeAudioCursor(page.next, filter)
  const writing = writePage({ items: page.items.map(writeListedAudio), next })
  written.set(page, writing)
  return writing
}
