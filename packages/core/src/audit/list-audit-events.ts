import { requireAdmin, type Actor } from '../actor.ts'
import type { Page, PageRequest } from '../page.ts'
import type { AuditEvent } from './audit-event.ts'
import type { AuditFilter, AuditLog } from './audit-log.ts'

export interface ListAuditEventsDependencies {
  readonly auditLog: Pick<AuditLog, 'list'>
}

export interface ListAuditEventsInput {
  readonly actor: Actor
  readonly page: PageRequest
  readonly filter: AuditFilter
}

export class ListAuditEvents {
  readonly #deps: ListAuditEventsDependencies

  constructor(deps: ListAuditEventsDependencies) {
    this.#deps = deps
  }

  /** @throws AdminRequired */
  async execute({ actor, page, filter }: ListAuditEventsInput): Promise<Page<AuditEvent>> {
    requireAdmin(actor)
    return this.#deps.auditLog.list(page, filter)
  }
}
