import type { Clock } from '../clock.ts'
import type { AudioId } from '../ids.ts'
import type { AudioRepository } from './audio-repository.ts'

export interface KeepAliveDependencies {
  readonly audio: Pick<AudioRepository, 'touch'>
  readonly clock: Clock
}

/** How long after its last sign of life an upload counts as in flight, however young the leftovers are that a sweep is to remove. */
export const inFlightSeconds = 15 * 60

/** So that several signs of life may be lost before an upload counts as dead. */
const touchSeconds = 60

/**
 * To be called with each chunk of an upload: now and then it tells the database that the upload is still under way.
 * Neither waits nor fails: whether the upload was given up is told when it is to be ready.
 */
export function keepAlive({ audio, clock }: KeepAliveDependencies, id: AudioId): () => void {
  let touchedAt = clock.now()
  return () => {
    const now = clock.now()
    if (now.getTime() - touchedAt.getTime() < touchSeconds * 1000) return
    touchedAt = now
    audio.touch(id, now).catch(() => undefined)
  }
}
