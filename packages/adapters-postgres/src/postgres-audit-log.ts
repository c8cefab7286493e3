import {
  pageOf,
  type AuditDetails,
  type AuditEvent,
  type AuditEventId,
  type AuditEventName,
  type AuditFilter,
  type AuditLog,
  type Page,
  type PageRequest,
  type SessionId,
  type UserId,
} from '@audiohost/core'
import type { Statements } from './database.ts'
import { keysetQuery } from './keyset-query.ts'

const table = 'audit_events'

interface AuditEventRow {
  readonly id: AuditEventId
  readonly created_at: Date
  readonly event: AuditEventName
  readonly actor_id: UserId | null
  readonly subject_id: UserId | null
  readonly session_id: SessionId | null
  readonly address: string | null
  readonly details: AuditDetails
}

export class PostgresAuditLog implements AuditLog {
  readonly #database: Statements

  constructor(database: Statements) {
    this.#database = database
  }

  async append(event: AuditEvent): Promise<void> {
    await this.#database.run((knex) =>
      knex(table).insert({
        id: event.id,
        created_at: event.createdAt,
        event: event.event,
        actor_id: event.actorId ?? null,
        subject_id: event.subjectId ?? null,
        session_id: event.sessionId ?? null,
        address: event.address ?? null,
        details: JSON.stringify(event.details),
      }),
    )
  }

  async list(
    page: PageRequest,
    { event, actorId, subjectId, since, until }: AuditFilter,
  ): Promise<Page<AuditEvent>> {
    const rows = await this.#database.run((knex) => {
      const query = knex(table).select<AuditEventRow[]>()
      if (event !== undefined) query.where({ event })
      if (actorId !== undefined) query.where({ actor_id: actorId })
      if (subjectId !== undefined) query.where({ subject_id: subjectId })
      if (since !== undefined) query.where('created_at', '>=', since)
      if (until !== undefined) query.where('created_at', '<', until)
      return keysetQuery(query, page, 'newest-first')
    })
    return pageOf(rows.map(toAuditEvent), page.limit)
  }

  removeBefore(before: Date): Promise<number> {
    return this.#database.transaction(async (transaction) => {
      await transaction.raw(`select set_config('audiohost.audit_retention', 'on', true)`)
      return transaction(table).where('created_at', '<', before).delete()
    })
  }
}

const toAuditEvent = (row: AuditEventRow): AuditEvent => ({
  id: row.id,
  createdAt: row.created_at,
  event: row.event,
  actorId: row.actor_id ?? undefined,
  subjectId: row.subject_id ?? undefined,
  sessionId: row.session_id ?? undefined,
  address: row.address ?? undefined,
  details: row.details,
})
