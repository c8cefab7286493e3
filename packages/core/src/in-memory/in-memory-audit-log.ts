import type { AuditEvent } from '../audit/audit-event.ts'
import type { AuditFilter, AuditLog } from '../audit/audit-log.ts'
import type { Page, PageRequest } from '../page.ts'
import { keysetPage } from './keyset-page.ts'

export class InMemoryAuditLog implements AuditLog {
  #events: AuditEvent[] = []

  async append(event: AuditEvent): Promise<void> {
    this.#events.push(event)
  }

  async list(page: PageRequest, filter: AuditFilter): Promise<Page<AuditEvent>> {
    return keysetPage(
      this.#events.filter((event) => matches(event, filter)),
      page,
      'newest-first',
    )
  }

  async removeBefore(before: Date): Promise<number> {
    const kept = this.#events.filter(({ createdAt }) => createdAt >= before)
    const removed = this.#events.length - kept.length
    this.#events = kept
    return removed
  }
}

const matches = (
  event: AuditEvent,
  { event: name, actorId, subjectId, since, until }: AuditFilter,
): boolean =>
  (name === undefined || event.event === name) &&
  (actorId === undefined || event.actorId === actorId) &&
  (subjectId === undefined || event.subjectId === subjectId) &&
  (since === undefined || event.createdAt >= since) &&
  (until === undefined || event.createdAt < until)
