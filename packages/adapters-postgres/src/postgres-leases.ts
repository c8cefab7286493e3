import type { Lease, Leases } from '@audiohost/core'
import type { Database } from './database.ts'

const table = 'leases'

export class PostgresLeases implements Leases {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  async acquire(
    { name, holder }: Lease,
    { now, endsAt }: { readonly now: Date; readonly endsAt: Date },
  ): Promise<'acquired' | 'busy'> {
    // One statement, which locks the row: who comes second sees what the first one did.
    const { rows } = await this.#database.run(
      (knex): PromiseLike<{ readonly rows: readonly { readonly holder: string }[] }> =>
        knex.raw(
          `insert into ${table} as lease (name, holder, ends_at) values (:name, :holder, :endsAt)
             on conflict (name) do update set
               holder = case when lease.ends_at <= :now then excluded.holder else lease.holder end,
               is_wanted = lease.ends_at > :now,
               ends_at = case when lease.ends_at <= :now then excluded.ends_at else lease.ends_at end
             returning holder`,
          { name, holder, now, endsAt },
        ),
    )
    return rows[0]?.holder === holder ? 'acquired' : 'busy'
  }

  async renew({ name, holder }: Lease, endsAt: Date): Promise<'held' | 'wanted' | 'lost'> {
    const [row] = await this.#database.run((knex) =>
      knex(table)
        .where({ name, holder })
        .update({ ends_at: endsAt })
        .returning<{ readonly is_wanted: boolean }[]>('is_wanted'),
    )
    if (!row) return 'lost'
    return row.is_wanted ? 'wanted' : 'held'
  }

  async isHeld(name: string, now: Date): Promise<boolean> {
    const rows = await this.#database.run((knex) =>
      knex(table).where({ name }).where('ends_at', '>', now).select('name'),
    )
    return rows.length > 0
  }

  async release({ name, holder }: Lease): Promise<void> {
    await this.#database.run((knex) => knex(table).where({ name, holder }).delete())
  }

  removeExpired(before: Date): Promise<number> {
    return this.#database.run((knex) => knex(table).where('ends_at', '<', before).delete())
  }
}
