import type { Migration } from './migration.ts'

/**
 * Of all attempts of a request one makes a ready audio. By itself, because the column before it locks the table against readers
 * until its transaction ends, and the index looks through all of it.
 */
export const oneAudioARequest: Migration = {
  name: '0014-one-audio-a-request',
  up: (transaction) =>
    transaction.raw(
      `create unique index audio_made_once on audio (made_for) where status = 'ready' and made_for is not null`,
    ),
}
