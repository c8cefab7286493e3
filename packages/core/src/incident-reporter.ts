import type { AudioId } from './ids.ts'

/**
 * Something that went wrong behind an answer that is still true.
 * `content_left_behind`: bytes without a row, a tombstone with its bytes, or a row of an upload that failed, stay until the next sweep.
 * `content_missing`: a ready row whose bytes the store does not have.
 * `content_damaged`: a ready row whose bytes are not those that were uploaded.
 * The last two also of an upload, by its id, which was given up for it.
 */
export interface Incident {
  readonly kind: 'content_left_behind' | 'content_missing' | 'content_damaged'
  readonly audioId: AudioId
  readonly cause: unknown
}

/** Tells the operator; never throws and never delays the caller. */
export interface IncidentReporter {
  report(incident: Incident): void
}
