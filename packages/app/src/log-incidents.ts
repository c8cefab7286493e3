import type { Incident, IncidentReporter } from '@audiohost/core'
import type { Logger } from 'pino'

const messages = {
  content_left_behind: 'content could not be removed; the sweep will try again',
  content_missing:
    'the content of a ready audio, or of an upload that was given up for it, is missing from the storage',
  content_damaged: 'the content of a ready audio, or of an upload that was given up for it, is damaged',
} as const

/** Incidents as log lines: a warning where the sweep mends it, an error where a person must. */
export const logIncidents = (
  log: Logger,
  onIncident?: (kind: Incident['kind']) => void,
): IncidentReporter => ({
  report({ kind, audioId, cause }) {
    onIncident?.(kind)
    const level = kind === 'content_left_behind' ? 'warn' : 'error'
    log[level]({ incident: kind, audio_id: audioId, err: cause }, messages[kind])
  },
})
