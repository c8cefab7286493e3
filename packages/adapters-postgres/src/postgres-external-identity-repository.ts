import type { ExternalIdentity, ExternalIdentityRepository, User } from '@audiohost/core'
import type { Database } from './database.ts'
import { violatesUnique } from './driver-errors.ts'
import { newUserRow, toUser, userColumns, type UserRow } from './user-row.ts'

export class PostgresExternalIdentityRepository implements ExternalIdentityRepository {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  async findUser({ provider, subject }: ExternalIdentity): Promise<User | undefined> {
    const row = await this.#database.run((knex) =>
      knex('external_identities')
        .join('users', 'users.id', 'external_identities.user_id')
        .where({ provider, subject })
        .first<UserRow | undefined>(userColumns),
    )
    return row && toUser(row)
  }

  async insertUser(
    user: User,
    identity: ExternalIdentity,
  ): Promise<'inserted' | 'identity-taken' | 'email-taken'> {
    try {
      await this.#insert(user, identity)
      return 'inserted'
    } catch (error) {
      if (violatesUnique(error, 'external_identities_unique')) return 'identity-taken'
      if (!violatesUnique(error, 'users_email_key_unique')) throw error
      // The address went first, but perhaps to the other of two first sign-ins of this very identity.
      return (await this.findUser(identity)) ? 'identity-taken' : 'email-taken'
    }
  }

  #insert(user: User, { provider, subject }: ExternalIdentity): Promise<void> {
    return this.#database.transaction(async (transaction) => {
      await transaction('users').insert(newUserRow(user, undefined))
      await transaction('external_identities').insert({
        provider,
        subject,
        user_id: user.id,
        created_at: user.createdAt,
      })
    })
  }
}
