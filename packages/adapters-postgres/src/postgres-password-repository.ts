import {
  type Credentials,
  type EmailAddress,
  type PasswordRepository,
  type SessionId,
  type UserId,
} from '@audiohost/core'
import type { Statements } from './database.ts'
import { forgetAnswers } from './postgres-idempotency-records.ts'
import { endSessions } from './session-row.ts'
import { whereEmail } from './user-by-email.ts'
import { toUser, userColumns, type UserRow } from './user-row.ts'

interface CredentialsRow extends UserRow {
  readonly password_hash: string | null
}

const credentialsColumns = [...userColumns, 'password_hash'] as const

export class PostgresPasswordRepository implements PasswordRepository {
  readonly #database: Statements

  constructor(database: Statements) {
    this.#database = database
  }

  async findByEmail(email: EmailAddress): Promise<Credentials | undefined> {
    const row = await this.#database.run((knex) =>
      knex('users')
        .modify(whereEmail, email)
        .first<CredentialsRow | undefined>([...credentialsColumns]),
    )
    return row && toCredentials(row)
  }

  async find(userId: UserId): Promise<Credentials | undefined> {
    const row = await this.#database.run((knex) =>
      knex('users')
        .where({ id: userId })
        .first<CredentialsRow | undefined>([...credentialsColumns]),
    )
    return row && toCredentials(row)
  }

  async rehash(userId: UserId, { from, to }: { readonly from: string; readonly to: string }): Promise<void> {
    await this.#database.run((knex) =>
      knex('users').where({ id: userId, password_hash: from }).update({ password_hash: to }),
    )
  }

  // Four parameters by the port.
  // eslint-disable-next-line max-params
  async change(userId: UserId, hash: string, keep: SessionId | undefined, now: Date): Promise<void> {
    await this.#database.transaction(async (transaction) => {
      await transaction('users').where({ id: userId }).update({ password_hash: hash })
      await endSessions(transaction, { userId, keep, now })
      await forgetAnswers(transaction, userId)
    })
  }
}

const toCredentials = (row: CredentialsRow): Credentials => ({
  user: toUser(row),
  passwordHash: row.password_hash ?? undefined,
})
