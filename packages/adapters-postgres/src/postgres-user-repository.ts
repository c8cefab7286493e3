import {
  pageOf,
  type AudioId,
  type EmailAddress,
  type Page,
  type PageRequest,
  type User,
  type UserChanges,
  type UserFilter,
  type UserId,
  type UserRepository,
} from '@audiohost/core'
import type { Knex } from 'knex'
import { buriedColumns } from './audio-row.ts'
import type { Statements } from './database.ts'
import { violatesUnique } from './driver-errors.ts'
import { keysetQuery, searchQuery } from './keyset-query.ts'
import { forgetAnswers } from './postgres-idempotency-records.ts'
import { removeUploadsOf } from './postgres-upload-repository.ts'
import { endSessions } from './session-row.ts'
import { whereEmail } from './user-by-email.ts'
import { changedUserColumns, newUserRow, toUser, userColumns, type UserRow } from './user-row.ts'

export class PostgresUserRepository implements UserRepository {
  readonly #database: Statements

  constructor(database: Statements) {
    this.#database = database
  }

  async insert(user: User, passwordHash: string | undefined): Promise<'inserted' | 'email-taken'> {
    const inserted = await this.#database.run((knex) =>
      knex('users')
        .insert(newUserRow(user, passwordHash))
        .onConflict('email_key')
        .ignore()
        .returning<{ id: UserId }[]>('id'),
    )
    return inserted.length > 0 ? 'inserted' : 'email-taken'
  }

  async find(id: UserId): Promise<User | undefined> {
    const row = await this.#database.run((knex) =>
      knex('users').where({ id }).first<UserRow | undefined>(userColumns),
    )
    return row && toUser(row)
  }

  async findByEmail(email: EmailAddress): Promise<User | undefined> {
    const row = await this.#database.run((knex) =>
      knex('users').modify(whereEmail, email).first<UserRow | undefined>(userColumns),
    )
    return row && toUser(row)
  }

  async update(
    id: UserId,
    changes: UserChanges,
    now: Date,
  ): Promise<User | 'absent' | 'email-taken' | 'last-admin'> {
    const endsAdmin = changes.isAdmin === false || changes.isActive === false
    try {
      return await this.#database.transaction(async (transaction) => {
        if (endsAdmin && (await isLastAdmin(transaction, id))) return 'last-admin'
        const [row] = await transaction('users')
          .where({ id })
          .update(changedUserColumns(changes, now))
          .returning<UserRow[]>([...userColumns])
        if (!row) return 'absent'
        if (changes.isActive === false) await endSessions(transaction, { userId: id, now })
        if (changes.isActive === false || changes.email !== undefined) await forgetAnswers(transaction, id)
        return toUser(row)
      })
    } catch (error) {
      if (violatesUnique(error, 'users_email_key_unique')) return 'email-taken'
      throw error
    }
  }

  async remove(id: UserId): Promise<{ readonly tombstones: readonly AudioId[] } | 'absent' | 'last-admin'> {
    return this.#database.transaction(async (transaction) => {
      if (await isLastAdmin(transaction, id)) return 'last-admin'
      // Locked before the audio is looked for, so that no upload begins in between.
      const user = await transaction('users')
        .where({ id })
        .forUpdate()
        .first<{ id: UserId } | undefined>('id')
      if (!user) return 'absent'
      const parts = await removeUploadsOf(transaction, id)
      const tombstones = await transaction('audio')
        .where({ owner_id: id })
        .update(buriedColumns)
        .returning<{ id: AudioId }[]>('id')
      // Takes sessions and identities with it.
      await transaction('users').where({ id }).delete()
      return { tombstones: [...tombstones.map((tombstone) => tombstone.id), ...parts] }
    })
  }

  async list(page: PageRequest, { search }: UserFilter): Promise<Page<User>> {
    const rows = await this.#database.run((knex) => {
      const query = knex('users').select<UserRow[]>(userColumns)
      searchQuery(query, ['name', 'surname', 'email'], search)
      return keysetQuery(query, page, 'newest-first')
    })
    return pageOf(rows.map(toUser), page.limit)
  }
}

/**
 * Whether this user is the only active administrator. All of them stay locked until the end of the transaction,
 * in one order for everybody, so that two who demote each other come one after the other and never deadlock.
 */
async function isLastAdmin(transaction: Knex.Transaction, id: UserId): Promise<boolean> {
  const admins = await transaction('users')
    .where({ is_admin: true, is_active: true })
    .orderBy('id')
    .forNoKeyUpdate()
    .pluck<UserId[]>('id')
  return admins.length === 1 && admins[0] === id
}
