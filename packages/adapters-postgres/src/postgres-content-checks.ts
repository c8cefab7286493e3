import type { AudioId, CheckedContent, ContentChecks, ContentDamage } from '@audiohost/core'
import type { Knex } from 'knex'
import type { Database } from './database.ts'

export class PostgresContentChecks implements ContentChecks {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  async due(
    before: Date,
    limit: number,
    after: CheckedContent | undefined,
  ): Promise<readonly CheckedContent[]> {
    const rows = await this.#database.run((knex) => dueQuery(knex, { before, after }).limit(limit))
    return rows.map(toCheckedContent)
  }

  async countDue(before: Date): Promise<{ readonly contents: number; readonly bytes: number }> {
    const [count] = await this.#database.run((knex) =>
      knex('audio')
        .where('status', 'ready')
        .whereRaw(`${order} < ?`, [before])
        .select<{ readonly contents: number; readonly bytes: number }[]>(
          knex.raw('count(*)::bigint as contents'),
          knex.raw('coalesce(sum(size_bytes), 0)::bigint as bytes'),
        ),
    )
    return count ?? { contents: 0, bytes: 0 }
  }

  async damaged(after: AudioId | undefined, limit: number): Promise<readonly CheckedContent[]> {
    const rows = await this.#database.run((knex) => {
      const query = knex('audio').where({ status: 'ready' }).whereNotNull('damage').orderBy('id').limit(limit)
      if (after !== undefined) query.where('id', '>', after)
      return query.select<CheckedContentRow[]>(...columns)
    })
    return rows.map(toCheckedContent)
  }

  async record(
    id: AudioId,
    { damage, verifiedAt }: { readonly damage: ContentDamage | undefined; readonly verifiedAt: Date },
  ): Promise<boolean> {
    const recorded = await this.#database.run((knex) =>
      knex('audio')
        .where({ id, status: 'ready' })
        .update({ damage: damage ?? null, verified_at: verifiedAt }),
    )
    return recorded === 1
  }
}

type CheckedContentRow = Omit<CheckedContent, 'damage' | 'verifiedAt'> & {
  readonly damage: ContentDamage | null
  readonly verifiedAt: Date | null
}

const columns = [
  'id',
  'owner_id as ownerId',
  'size_bytes as sizeBytes',
  'sha256',
  'damage',
  'verified_at as verifiedAt',
] as const

// As in the index `audio_longest_unverified`.
const order = `coalesce(verified_at, '-infinity'::timestamptz)`

/** In the order of an index: to pass over what was checked long ago costs nothing. */
export function dueQuery(
  knex: Knex,
  { before, after }: { readonly before: Date; readonly after: CheckedContent | undefined },
): Knex.QueryBuilder<CheckedContentRow, CheckedContentRow[]> {
  const query = knex<CheckedContentRow, CheckedContentRow[]>('audio')
    .where('status', 'ready')
    .whereRaw(`${order} < ?`, [before])
    .orderByRaw(`${order}, id`)
  if (after) query.whereRaw(`(${order}, id) > (?, ?::uuid)`, [after.verifiedAt ?? '-infinity', after.id])
  return query.select(...columns)
}

const toCheckedContent = (row: CheckedContentRow): CheckedContent => ({
  ...row,
  damage: row.damage ?? undefined,
  verifiedAt: row.verifiedAt ?? undefined,
})
