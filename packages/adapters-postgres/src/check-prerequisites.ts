import type { Database } from './database.ts'
import { DatabaseUnusable } from './database-unusable.ts'
import { migrationTable } from './migrate.ts'

interface Facts {
  readonly version: number
  readonly versionName: string
  readonly encoding: string
  readonly isStandby: boolean
  readonly isReadOnly: boolean
  readonly schema: string | null
  readonly mayCreate: boolean | null
  readonly sample: unknown
  readonly now: Date
}

/** The oldest major version that PostgreSQL itself still maintains. */
const minVersion = 140_000
const sampleTime = '2026-03-04T05:06:07.890Z'
const maxClockDifferenceMs = 24 * 3600 * 1000

/**
 * @throws DatabaseUnusable if the database lacks what audiohost needs, with one sentence that names the first
 *   fault
 */
export async function checkPrerequisites(database: Database): Promise<void> {
  const problem = problemOf(await readFacts(database))
  if (problem !== undefined) throw new DatabaseUnusable(problem)
}

async function readFacts(database: Database): Promise<Facts> {
  const { rows } = await database.run((knex): PromiseLike<{ readonly rows: readonly Facts[] }> =>
    knex.raw(`
        select
          current_setting('server_version_num')::int as version,
          current_setting('server_version') as "versionName",
          current_setting('server_encoding') as encoding,
          pg_is_in_recovery() as "isStandby",
          current_setting('transaction_read_only')::boolean as "isReadOnly",
          current_schema() as schema,
          -- A schema that is there already may be used by a role that cannot change it.
          has_schema_privilege(current_schema(), 'create')
            or to_regclass('${migrationTable}') is not null as "mayCreate",
          timestamptz '${sampleTime}' as sample,
          clock_timestamp() as now`),
  )
  const [facts] = rows
  if (!facts) throw new Error('The database returned no row')
  return facts
}

function problemOf(facts: Facts): string | undefined {
  if (facts.version < minVersion) {
    return `PostgreSQL ${facts.versionName} is too old: use version 14 or newer.`
  }
  if (facts.encoding !== 'UTF8') {
    return `The database has the encoding ${facts.encoding}: create one with UTF8 (createdb --template=template0 --encoding=UTF8 NAME).`
  }
  if (facts.isStandby) return 'The database is a read-only standby: connect to the primary server.'
  if (facts.isReadOnly) {
    return 'The database is read-only: set default_transaction_read_only to off for the database and its role.'
  }
  if (facts.schema === null) {
    return 'The schemas in search_path do not exist: create the schema, or correct search_path of the role.'
  }
  if (facts.mayCreate !== true) {
    return `The role may not create tables: grant CREATE on schema ${facts.schema} to it.`
  }
  return problemOfTime(facts)
}

function problemOfTime({ sample, now }: Facts): string | undefined {
  if (!(sample instanceof Date) || sample.toISOString() !== sampleTime) {
    return 'Times of the database cannot be read: set datestyle to ISO and timezone to UTC for the database and its role.'
  }
  if (Math.abs(now.getTime() - Date.now()) > maxClockDifferenceMs) {
    return 'The clocks of this machine and of the database differ by more than a day: synchronize both (NTP).'
  }
  return undefined
}
