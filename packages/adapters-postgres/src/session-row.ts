import type { LiveSession, Session, SessionId, UserId } from '@audiohost/core'
import type { Knex } from 'knex'
import { toUser, userColumns, type UserRow } from './user-row.ts'

export interface SessionRow {
  readonly id: SessionId
  readonly user_id: UserId
  readonly generation: number
  readonly created_at: Date
  readonly refreshed_at: Date
  /** The last generation that was confirmed, and when; an older node moves `generation` without them. */
  readonly confirmed_generation: number | null
  readonly confirmed_at: Date | null
  readonly idle_expires_at: Date
  readonly expires_at: Date
  readonly user_agent: string | null
}

export const toSession = (row: SessionRow): Session => ({
  id: row.id,
  userId: row.user_id,
  generation: row.generation,
  createdAt: row.created_at,
  refreshedAt: row.refreshed_at,
  confirmedAt: row.confirmed_generation === row.generation ? (row.confirmed_at ?? undefined) : undefined,
  idleExpiresAt: row.idle_expires_at,
  expiresAt: row.expires_at,
  userAgent: row.user_agent ?? undefined,
})

/** Columns of `sessions` under names that `users`, joined beside it, does not have. */
export const joinedSessionColumns = [
  'sessions.id as session_id',
  'sessions.user_id',
  'sessions.generation',
  'sessions.created_at as session_created_at',
  'sessions.refreshed_at',
  'sessions.confirmed_generation',
  'sessions.confirmed_at',
  'sessions.idle_expires_at',
  'sessions.expires_at',
  'sessions.user_agent',
  ...userColumns,
] as const

export interface JoinedSessionRow extends UserRow, Omit<SessionRow, 'id' | 'created_at'> {
  readonly id: UserId
  readonly created_at: Date
  readonly session_id: SessionId
  readonly session_created_at: Date
}

export const toLiveSession = (row: JoinedSessionRow): LiveSession => ({
  session: toSession({ ...row, id: row.session_id, created_at: row.session_created_at }),
  user: toUser(row),
})

/** Sessions that have neither ended nor expired; whether their user is active is another question. */
export const liveSessions = (knex: Knex, now: Date): Knex.QueryBuilder =>
  knex('sessions')
    .whereNull('sessions.ended_at')
    .where('sessions.idle_expires_at', '>', now)
    .where('sessions.expires_at', '>', now)

/** Ends all sessions of the user but `keep`; resolves with how many lived. */
export const endSessions = (
  knex: Knex,
  {
    userId,
    keep,
    now,
  }: { readonly userId: UserId; readonly keep?: SessionId | undefined; readonly now: Date },
): PromiseLike<number> =>
  liveSessions(knex, now)
    .where('user_id', userId)
    .whereRaw('id is distinct from ?::uuid', [keep ?? null])
    .update({ ended_at: now })
