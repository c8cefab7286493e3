import type { Knex } from 'knex'
import type { Database } from './database.ts'
import { migrations as allMigrations } from './migrations/index.ts'
import type { Migration } from './migrations/migration.ts'

export interface MigrationStatus {
  readonly applied: readonly string[]
  /** What the code has and the database has not. */
  readonly pending: readonly string[]
  /** What the database has and the code has not: the database is newer. */
  readonly unknown: readonly string[]
}

export class DatabaseNewerThanCode extends Error {
  readonly unknown: readonly string[]

  constructor(unknown: readonly string[]) {
    super(
      `The database was upgraded by a newer release (${unknown.join(', ')} is unknown to this one): ` +
        'run that release, or restore the backup made before the upgrade',
    )
    this.name = 'DatabaseNewerThanCode'
    this.unknown = unknown
  }
}

/** Has the name of each migration that was applied, and when. */
export const migrationTable = 'schema_migrations'
// Any number that nobody else uses: the first bytes of SHA-256('audiohost migrations').
const lockKey = 0x4b1b48b6

/**
 * Brings the database up to the code, all pending migrations or none, and returns their names.
 * However many apps start at once, one of them migrates and the others wait for it.
 * @throws DatabaseNewerThanCode
 */
export async function migrateDatabase(
  database: Database,
  migrations: readonly Migration[] = allMigrations,
): Promise<readonly string[]> {
  const { pending, unknown } = await migrationStatus(database, migrations)
  if (pending.length === 0 && unknown.length === 0) return []
  return database.maintain(async (transaction) => {
    // Held until the commit, and released by the server where this process dies: no lock is ever left behind.
    await transaction.raw('select pg_advisory_xact_lock(?)', [lockKey])
    const { unknown } = await statusOf(transaction, migrations)
    if (unknown.length > 0) throw new DatabaseNewerThanCode(unknown)
    const [, applied] = (await transaction.migrate.latest({
      tableName: migrationTable,
      migrationSource: sourceOf(migrations),
    })) as [batch: number, applied: string[]]
    return applied
  })
}

export function migrationStatus(
  database: Database,
  migrations: readonly Migration[] = allMigrations,
): Promise<MigrationStatus> {
  return database.run((knex) => statusOf(knex, migrations))
}

async function statusOf(knex: Knex, migrations: readonly Migration[]): Promise<MigrationStatus> {
  const names = migrations.map(({ name }) => name)
  const stored = await appliedNames(knex)
  return {
    applied: names.filter((name) => stored.includes(name)),
    pending: names.filter((name) => !stored.includes(name)),
    unknown: stored.filter((name) => !names.includes(name)),
  }
}

async function appliedNames(knex: Knex): Promise<readonly string[]> {
  if (!(await knex.schema.hasTable(migrationTable))) return []
  return knex(migrationTable).orderBy('name').pluck<string[]>('name')
}

function sourceOf(migrations: readonly Migration[]): Knex.MigrationSource<Migration> {
  return {
    getMigrations: async () => [...migrations],
    getMigrationName: ({ name }) => name,
    getMigration: async ({ up }) => ({
      up: async (transaction) => {
        await up(transaction)
      },
      // Knex wants one; ours go forward only.
      down: () => Promise.reject(new Error('Migrations are not undone: restore the backup')),
    }),
  }
}
