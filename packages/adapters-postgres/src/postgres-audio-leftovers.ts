import type { AudioId, AudioLeftovers, LeftoverRows } from '@audiohost/core'
import { buriedColumns } from './audio-row.ts'
import type { Database } from './database.ts'
import { migrationTable } from './migrate.ts'

/** An upload in parts has a time of its own. */
const isNoUpload = 'not exists (select from uploads where uploads.audio_id = audio.id)'

export class PostgresAudioLeftovers implements AudioLeftovers {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  async claimTombstones(
    before: Date,
    limit: number,
    after: AudioId | undefined,
  ): Promise<readonly AudioId[]> {
    return this.#database.transaction(async (transaction) => {
      await transaction('audio')
        .where({ status: 'pending' })
        .whereRaw('coalesce(updated_at, created_at) < ?', [before])
        .whereRaw(isNoUpload)
        .update(buriedColumns)
      const tombstones = transaction('audio').where({ status: 'deleting' }).orderBy('id').limit(limit)
      if (after !== undefined) tombstones.where('id', '>', after)
      return tombstones.pluck<AudioId[]>('id')
    })
  }

  async count(silentSince: Date, buriedBefore: Date): Promise<LeftoverRows> {
    const counts = await this.#database.run((knex) =>
      knex('audio')
        .whereNot({ status: 'ready' })
        .first<LeftoverRows>(
          knex.raw(
            `count(*) filter (where status = 'pending' and ${isNoUpload} and coalesce(updated_at, created_at) < ?)::int as "stuckUploads"`,
            [silentSince],
          ),
          knex.raw(
            `count(*) filter (where status = 'deleting' and coalesce(updated_at, created_at) < ?)::int as "tombstones"`,
            [buriedBefore],
          ),
        ),
    )
    return counts
  }

  async isAlive(id: AudioId, since: Date): Promise<boolean> {
    const rows = await this.#database.run((knex) =>
      knex('audio')
        .where({ id, status: 'pending' })
        .whereRaw('coalesce(updated_at, created_at) >= ?', [since])
        .select('id'),
    )
    return rows.length > 0
  }

  async known(ids: readonly AudioId[]): Promise<ReadonlySet<AudioId>> {
    const { rows } = await this.#database.run(
      (knex): PromiseLike<{ readonly rows: readonly { readonly id: AudioId }[] }> =>
        knex.raw(
          `select id from audio where id = any(:ids::uuid[])
             union all select id from upload_parts where id = any(:ids::uuid[])`,
          { ids: [...ids] },
        ),
    )
    return new Set(rows.map(({ id }) => id))
  }

  async isEmpty(): Promise<boolean> {
    const rows = await this.#database.run((knex) => knex('audio').select('id').limit(1))
    return rows.length === 0
  }

  async beganAt(): Promise<Date> {
    const rows = await this.#database.run((knex) =>
      knex(migrationTable).min<{ readonly beganAt: Date }[]>({ beganAt: 'migration_time' }),
    )
    const [{ beganAt } = { beganAt: new Date(0) }] = rows
    return beganAt
  }
}
