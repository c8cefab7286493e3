import {
  emailKey,
  type Credentials,
  type EmailAddress,
  type PasswordRepository,
  type SessionId,
  type UserId,
} from '@audiohost/core'
import type { Database } from './database.ts'
import { endSessions } from './session-row.ts'
import { toUser, userColumns, type UserRow } from './user-row.ts'

interface CredentialsRow extends UserRow {
  readonly password_hash: string | null
}

export class PostgresPasswordRepository implements PasswordRepository {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  findByEmail(email: EmailAddress): Promise<Credentials | undefined> {
    return this.#findBy('email_key', emailKey(email))
  }

  find(userId: UserId): Promise<Credentials | undefined> {
    return this.#findBy('id', userId)
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
    })
  }

  async #findBy(column: 'id' | 'email_key', value: string): Promise<Credentials | undefined> {
    const row = await this.#database.run((knex) =>
      knex('users')
        .where(column, value)
        .first<CredentialsRow | undefined>([...userColumns, 'password_hash']),
    )
    return row && { user: toUser(row), passwordHash: row.password_hash ?? undefined }
  }
}
