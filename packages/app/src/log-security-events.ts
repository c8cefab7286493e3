import type { AuditEvent, SecurityLog } from '@audiohost/core'
import type { Logger } from 'pino'

const failures: readonly AuditEvent['event'][] = [
  'sign_in_failed',
  'sign_in_rate_limited',
  'refresh_token_reused',
  'reauthentication_failed',
]

/** Security events as log lines, with the address: for tools that block addresses. */
export const logSecurityEvents = (log: Logger): SecurityLog => ({
  report(event) {
    const level = failures.includes(event.event) ? 'warn' : 'info'
    log[level]({ audit: lineOf(event) }, 'audit')
  },
  reportLoss(event, cause) {
    log.error({ audit: lineOf(event), err: cause }, 'an event could not be stored in the audit log')
  },
})

const lineOf = ({ id, event, actorId, subjectId, sessionId, address, details }: AuditEvent) => ({
  id,
  event,
  actor_id: actorId,
  subject_id: subjectId,
  session_id: sessionId,
  address,
  details,
})
