import type { AuditEvent } from '../audit/audit-event.ts'
import type { SecurityLog } from '../audit/security-log.ts'

/** Stores what was reported, in order. */
export class CollectedSecurityLog implements SecurityLog {
  readonly events: AuditEvent[] = []
  readonly lost: AuditEvent[] = []

  report(event: AuditEvent): void {
    this.events.push(event)
  }

  reportLoss(event: AuditEvent): void {
    this.lost.push(event)
  }
}
