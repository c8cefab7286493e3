import type { StorageUsage, UsageAudit, UsageComparison, UserId } from '@audiohost/core'
import type { Database } from './database.ts'

interface ComparisonRow {
  readonly user_id: UserId
  readonly counted: StorageUsage | null
  readonly actual: StorageUsage
}

/** What the rows of the user in scope add up to. */
const sums = `
  coalesce(sum(size_bytes) filter (where status = 'ready'), 0) as used_bytes,
  count(*) filter (where status = 'ready') as used_files,
  coalesce(sum(size_bytes) filter (where status = 'pending'), 0) as reserved_bytes,
  count(*) filter (where status = 'pending') as reserved_files`

const asJson = (table: string): string => `json_build_object(
  'usedBytes', ${table}.used_bytes, 'usedFiles', ${table}.used_files,
  'reservedBytes', ${table}.reserved_bytes, 'reservedFiles', ${table}.reserved_files)`

export class PostgresUsageAudit implements UsageAudit {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  /** One statement, so one snapshot: the trigger changes the counters in the transaction of the change. */
  async compare(after: UserId | undefined, limit: number): Promise<readonly UsageComparison[]> {
    const { rows } = await this.#database.run((knex): PromiseLike<{ readonly rows: ComparisonRow[] }> =>
      knex.raw(
        `with page as (
           select id from users where cast(:after as uuid) is null or id > :after order by id limit :limit
         )
         select page.id as user_id, ${asJson('actual')} as actual,
             case when user_id is not null then ${asJson('storage_usage')} end as counted
           from page left join storage_usage on user_id = page.id
             cross join lateral (select ${sums} from audio where owner_id = page.id) as actual
           order by page.id`,
        { after: after ?? null, limit },
      ),
    )
    return rows.map((row) => ({ userId: row.user_id, counted: row.counted ?? undefined, actual: row.actual }))
  }

  /**
   * The counters are locked first: what was counted by then is committed and seen by the statement that adds up, and
   * whatever else changes rows waits with its counting, and adds to what we leave.
   */
  async recount(userId: UserId): Promise<void> {
    await this.#database.transaction(async (transaction) => {
      await transaction.raw(
        'insert into storage_usage (user_id) select id from users where id = ? on conflict do nothing',
        [userId],
      )
      await transaction.raw('select from storage_usage where user_id = ? for update', [userId])
      await transaction.raw(
        `update storage_usage set (used_bytes, used_files, reserved_bytes, reserved_files) =
             (select ${sums} from audio where owner_id = user_id)
           where user_id = ?`,
        [userId],
      )
    })
  }
}
