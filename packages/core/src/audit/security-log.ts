import type { AuditEvent } from './audit-event.ts'

/** The operator's log: one line per event, also for those that the audit log does not store. Never throws. */
export interface SecurityLog {
  report(event: AuditEvent): void
  /** The line of the event is written; its row could not be. */
  reportLoss(event: AuditEvent, cause: unknown): void
}
