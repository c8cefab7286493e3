import type { Quota, QuotaRepository, StorageUsage, UserId } from '@audiohost/core'
import type { Statements } from './database.ts'

interface UsageRow {
  readonly used_bytes: number
  readonly used_files: number
  readonly reserved_bytes: number
  readonly reserved_files: number
  readonly quota_bytes: number | null
  readonly quota_files: number | null
}

export class PostgresQuotaRepository implements QuotaRepository {
  readonly #database: Statements

  constructor(database: Statements) {
    this.#database = database
  }

  async find(userId: UserId): Promise<{ readonly usage: StorageUsage; readonly own: Quota } | undefined> {
    const row = await this.#database.run((knex) =>
      knex('users')
        .join('storage_usage', 'storage_usage.user_id', 'users.id')
        .where({ 'users.id': userId })
        .first<UsageRow | undefined>(),
    )
    return (
      row && {
        usage: {
          usedBytes: row.used_bytes,
          usedFiles: row.used_files,
          reservedBytes: row.reserved_bytes,
          reservedFiles: row.reserved_files,
        },
        own: { bytes: row.quota_bytes ?? undefined, files: row.quota_files ?? undefined },
      }
    )
  }

  async change(userId: UserId, { bytes, files }: Quota): Promise<'changed' | 'absent'> {
    const changed = await this.#database.run((knex) =>
      knex('users')
        .where({ id: userId })
        .update({ quota_bytes: bytes ?? null, quota_files: files ?? null }),
    )
    return changed === 1 ? 'changed' : 'absent'
  }
}
