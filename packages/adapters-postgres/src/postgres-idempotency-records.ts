import type { Attempt, Begun, IdempotencyRecords, NewAttempt, StoredAnswer, UserId } from '@audiohost/core'
import type { Knex } from 'knex'
import type { Database } from './database.ts'

const table = 'idempotency_records'
const maxRounds = 5

interface AnswerRow {
  readonly answer: Buffer | null
}

export class PostgresIdempotencyRecords implements IdempotencyRecords {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  async begin(attempt: NewAttempt): Promise<Begun> {
    for (let round = 0; round < maxRounds; round++) {
      if (await this.#take(attempt)) return { outcome: 'begun' }
      const row = await this.#find(attempt.recordId)
      if (row) return row.answer ? { outcome: 'answered', answer: row.answer } : { outcome: 'running' }
      if (await this.#isAbsent(attempt.userId)) return { outcome: 'user-absent' }
      // Whoever held the record gave it up between the two statements.
    }
    return { outcome: 'running' }
  }

  async renew(attempt: Attempt, leaseEndsAt: Date): Promise<boolean> {
    const renewed = await this.#database.run((knex) =>
      held(knex, attempt).update({ expires_at: leaseEndsAt }),
    )
    return renewed === 1
  }

  async answer(attempt: Attempt, { answer, expiresAt, owner }: StoredAnswer): Promise<boolean> {
    const columns = { answer: Buffer.from(answer), expires_at: expiresAt }
    const answered = await this.#database.run((knex) => {
      const record = held(knex, attempt)
      if (!owner) return record.update(columns)
      const { userId, sessionId = null } = owner
      // Locked, so that a removal of the user sees the record or comes first.
      const user = knex('users').where({ id: userId }).select('id').forKeyShare()
      return record.whereExists(user.clone()).update({ ...columns, user_id: userId, session_id: sessionId })
    })
    return answered === 1
  }

  async abandon(attempt: Attempt): Promise<void> {
    await this.#database.run((knex) => held(knex, attempt).delete())
  }

  removeExpired(before: Date): Promise<number> {
    return this.#database.run((knex) => knex(table).where('expires_at', '<', before).delete())
  }

  async #take({ recordId, holder, userId, now, leaseEndsAt }: NewAttempt): Promise<boolean> {
    // The user is locked first, so that a removal of the user either sees the record or is seen.
    const owner = userId === undefined ? '' : 'from users where id = :userId for key share'
    const { rowCount } = await this.#database.run((knex): PromiseLike<{ readonly rowCount: number }> =>
      knex.raw(
        `with owner as (select :userId::uuid as id ${owner})
         insert into ${table} as record (id, holder, user_id, expires_at)
           select :recordId, :holder, id, :leaseEndsAt from owner
         on conflict (id) do update
           set holder = excluded.holder, user_id = excluded.user_id, session_id = null, answer = null,
             expires_at = excluded.expires_at
           where record.expires_at <= :now or (record.session_id is not null and not exists (
             select from sessions
             where sessions.id = record.session_id and sessions.ended_at is null
               and sessions.idle_expires_at > :now and sessions.expires_at > :now
           ))`,
        { recordId, holder, userId: userId ?? null, now, leaseEndsAt },
      ),
    )
    return rowCount === 1
  }

  #find(id: string): Promise<AnswerRow | undefined> {
    return this.#database.run((knex) => knex(table).where({ id }).first<AnswerRow | undefined>('answer'))
  }

  async #isAbsent(userId: UserId | undefined): Promise<boolean> {
    if (userId === undefined) return false
    const user = await this.#database.run((knex) =>
      knex('users').where({ id: userId }).first<{ id: UserId } | undefined>('id'),
    )
    return user === undefined
  }
}

/** The record, while this attempt holds it. */
const held = (knex: Knex, { recordId, holder }: Attempt): Knex.QueryBuilder =>
  knex(table).where({ id: recordId, holder, answer: null })

/**
 * Removes the stored responses to requests that the user made with other credentials. A running request has
 * none yet.
 */
export const forgetAnswers = (knex: Knex, userId: UserId): PromiseLike<number> =>
  knex(table).where({ user_id: userId }).whereNotNull('answer').delete()
