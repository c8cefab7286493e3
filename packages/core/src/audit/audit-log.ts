import type { UserId } from '../ids.ts'
import type { Page, PageRequest } from '../page.ts'
import type { AuditEvent, AuditEventName } from './audit-event.ts'

export interface AuditFilter {
  readonly event?: AuditEventName | undefined
  readonly actorId?: UserId | undefined
  readonly subjectId?: UserId | undefined
  /** Inclusive. */
  readonly since?: Date | undefined
  /** Exclusive. */
  readonly until?: Date | undefined
}

/** Append-only: nothing changes an event, and only `removeBefore` removes any. */
export interface AuditLog {
  append(event: AuditEvent): Promise<void>
  /** Newest first; the events that match all of the filter. */
  list(page: PageRequest, filter: AuditFilter): Promise<Page<AuditEvent>>
  /** Removes older events, for the retention period; returns how many. */
  removeBefore(before: Date): Promise<number>
}
