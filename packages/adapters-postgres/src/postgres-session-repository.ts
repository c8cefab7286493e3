import {
  pageOf,
  secondsAfter,
  type LiveSession,
  type Page,
  type PageRequest,
  type Rotation,
  type RotationResult,
  type Session,
  type SessionId,
  type SessionRepository,
  type UserId,
} from '@audiohost/core'
import type { Knex } from 'knex'
import type { Database } from './database.ts'
import { InFlight } from './in-flight.ts'
import { keysetQuery } from './keyset-query.ts'
import { LiveSessionReader } from './live-session-reader.ts'
import {
  endSessions,
  joinedSessionColumns,
  liveSessions,
  toLiveSession,
  toSession,
  type JoinedSessionRow,
  type SessionRow,
} from './session-row.ts'

export class PostgresSessionRepository implements SessionRepository {
  readonly #database: Database
  readonly #reader: LiveSessionReader
  /** The first requests of a generation arrive together, because a page loads in parallel. */
  readonly #confirmations = new InFlight<void>()

  constructor(database: Database) {
    this.#database = database
    this.#reader = new LiveSessionReader(database)
  }

  async insert(session: Session): Promise<'inserted' | 'user-absent'> {
    const inserted = await this.#database.run((knex) => insertForActiveUser(knex, session))
    return inserted.rowCount === 1 ? 'inserted' : 'user-absent'
  }

  findLive(id: SessionId, now: Date): Promise<LiveSession | undefined> {
    return this.#reader.find(id, now)
  }

  async rotate(id: SessionId, rotation: Rotation): Promise<RotationResult> {
    const { rows } = await this.#database.run((knex) => rotateStatement(knex, id, rotation))
    const [row] = rows
    if (!row) return { outcome: 'unknown' }
    if (row.is_ended) return { outcome: 'reused', userId: row.user_id }
    return { outcome: 'rotated', ...toLiveSession(row) }
  }

  confirm(id: SessionId, generation: number, now: Date): Promise<void> {
    return this.#confirmations.run(`${id} ${generation.toString()}`, async () => {
      await this.#database.run((knex) =>
        liveSessions(knex, now)
          .where({ id, generation })
          .whereRaw('confirmed_generation is distinct from generation')
          .update({ confirmed_generation: generation, confirmed_at: now }),
      )
    })
  }

  async end(id: SessionId, userId: UserId, now: Date): Promise<boolean> {
    const ended = await this.#database.run((knex) =>
      liveSessions(knex, now).where({ id, user_id: userId }).update({ ended_at: now }),
    )
    return ended === 1
  }

  endAll(userId: UserId, keep: SessionId | undefined, now: Date): Promise<number> {
    return this.#database.run((knex) => endSessions(knex, { userId, keep, now }))
  }

  async listLive(userId: UserId, page: PageRequest, now: Date): Promise<Page<Session>> {
    const rows = await this.#database.run((knex) => {
      const query = liveSessions(knex, now).where({ user_id: userId }).select<SessionRow[]>()
      return keysetQuery(query, page, 'newest-first')
    })
    return pageOf(rows.map(toSession), page.limit)
  }

  removeDead(before: Date): Promise<number> {
    return this.#database.run((knex) =>
      knex('sessions')
        .where('ended_at', '<', before)
        .orWhere('idle_expires_at', '<', before)
        .orWhere('expires_at', '<', before)
        .delete(),
    )
  }
}

/** The user is locked against a deactivation, which ends the sessions that it sees: either it sees this one or it came first. */
const insertForActiveUser = (knex: Knex, session: Session): PromiseLike<{ readonly rowCount: number }> =>
  knex.raw(
    `insert into sessions (id, user_id, generation, created_at, refreshed_at, idle_expires_at, expires_at, user_agent,
       confirmed_generation, confirmed_at)
     select :id, id, :generation, :createdAt, :refreshedAt, :idleExpiresAt, :expiresAt, :userAgent,
       :confirmedGeneration, :confirmedAt
     from users where id = :userId and is_active for share`,
    {
      ...session,
      userAgent: session.userAgent ?? null,
      confirmedGeneration: session.confirmedAt === undefined ? null : session.generation,
      confirmedAt: session.confirmedAt ?? null,
    },
  )

interface RotatedRow extends JoinedSessionRow {
  readonly is_ended: boolean
}

/**
 * One statement, so that racing statements wait for the row and then see its new state: the first moves the
 * generation, which is not confirmed yet; the others present a valid parent and change nothing.
 */
const rotateStatement = (
  knex: Knex,
  id: SessionId,
  { presented, now, graceSeconds, idleTtlSeconds }: Rotation,
): PromiseLike<{ readonly rows: readonly RotatedRow[] }> =>
  knex.raw(
    `update sessions set
       generation = case when generation = :presented then generation + 1 else generation end,
       refreshed_at = case when generation = :presented then :now else refreshed_at end,
       idle_expires_at = case when generation = :presented then :idleExpiresAt else idle_expires_at end,
       ended_at = case
         when generation = :presented then null
         when generation = cast(:presented as integer) + 1
           and (confirmed_generation is distinct from generation or confirmed_at >= :graceBegan) then null
         else cast(:now as timestamptz)
       end
     from users
     where sessions.id = :id and users.id = sessions.user_id and users.is_active
       and ended_at is null and idle_expires_at > :now and expires_at > :now
       and generation >= :presented
     returning ended_at is not null as is_ended, ${joinedSessionColumns.join(', ')}`,
    {
      id,
      presented,
      now,
      idleExpiresAt: secondsAfter(now, idleTtlSeconds),
      graceBegan: secondsAfter(now, -graceSeconds),
    },
  )
