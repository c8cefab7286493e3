import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { connectDatabase } from '../connect.ts'
import type { Database } from '../database.ts'
import { migrateDatabase } from '../migrate.ts'
import { startTestServer, type TestServer } from './test-server.ts'

/** A database of its own for one test or one file of tests. */
export interface TestDatabase {
  readonly url: string
  /** Past the pooler, where there is one. */
  readonly directUrl: string
  readonly database: Database
  /** Removes all rows, in a few milliseconds. */
  truncate(): Promise<void>
  /** Closes `database` and removes what it was connected to. */
  drop(): Promise<void>
}

interface Template extends TestServer {
  readonly templateName: string
}

let template: Promise<Template> | undefined

/**
 * A database with all tables and no rows; in about 50 ms once the server runs. Where TEST_POOLER_URL names a pooler in
 * front of TEST_DATABASE_URL, it is reached through that.
 */
export async function aDatabase(): Promise<TestDatabase> {
  template ??= makeTemplate()
  const { url, templateName } = await template
  return createDatabase(url, `template ${templateName}`)
}

/** A database without any tables. */
export async function anEmptyDatabase(): Promise<TestDatabase> {
  template ??= makeTemplate()
  const { url } = await template
  return createDatabase(url, 'template template0')
}

// Registered while the files of a mocha run are loaded, which makes it a hook of the whole run.
if (typeof after === 'function') {
  after(async function stopTestServer() {
    this.timeout(30_000)
    await stopTestServerNow()
  })
}

/** For programs other than mocha, which stops the server by itself. */
export async function stopTestServerNow(): Promise<void> {
  const running = await template?.catch(() => undefined)
  template = undefined
  if (!running) return
  await administer(running.url, `drop database if exists ${running.templateName} with (force)`)
  await running.stop()
}

async function makeTemplate(): Promise<Template> {
  const server = await startTestServer()
  const templateName = newName()
  await administer(server.url, `create database ${templateName} template template0`)
  const database = connectDatabase({ address: named(server.url, templateName) })
  await migrateDatabase(database)
  await database.close()
  return { ...server, templateName }
}

async function createDatabase(serverUrl: string, clause: string): Promise<TestDatabase> {
  const name = newName()
  await administer(serverUrl, `create database ${name} ${clause}`)
  const url = named(process.env['TEST_POOLER_URL'] ?? serverUrl, name)
  const database = connectDatabase({ address: url })
  return {
    url,
    directUrl: named(serverUrl, name),
    database,
    truncate: async () => {
      await database.run((knex) => knex.raw(emptyAllTables))
    },
    drop: async () => {
      await database.close()
      await administer(serverUrl, `drop database if exists ${name} with (force)`)
    },
  }
}

const newName = (): string => `audiohost_test_${randomBytes(8).toString('hex')}`

const named = (url: string, name: string): string =>
  Object.assign(new URL(url), { pathname: `/${name}` }).href

// Faster than `truncate`, which makes new files for each of the nearly empty tables.
const emptyAllTables =
  'delete from audio; delete from users; delete from pending_logins; delete from rate_limits; delete from idempotency_records; delete from leases; ' +
  `select set_config('audiohost.audit_retention', 'on', false); delete from audit_events; reset audiohost.audit_retention`

async function administer(serverUrl: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: serverUrl })
  await client.connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}
