import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { aDatabase, type TestDatabase } from '@audiohost/adapters-postgres/testing'
import { pino } from 'pino'
import { readConfig, type Config } from '../config.ts'
import { startServer } from '../server.ts'
import { Browser } from './browser.ts'

export interface TestServer {
  readonly origin: string
  readonly dataFolder: string
  /** Every line that the server logged so far. */
  readonly logged: readonly string[]
  browser(): Browser
  /** A browser with a new account that is signed in. */
  signedIn(name: string): Promise<Browser>
  /** The same with the rights of an administrator. */
  administrator(name: string): Promise<Browser>
  close(): Promise<void>
}

export const testSecret = 'q8Zt3vN1xKc5RyW7uJp2LmB9sDf4HgT6aEoViYkXnQw'
export const password = 'nine green bottles'

const testVariables = {
  PORT: '0',
  RATE_LIMITS: 'off',
  INTERNAL_SECRET: testSecret,
  SHUTDOWN_GRACE_SECONDS: '2',
}

/**
 * The whole application on a database and a folder of its own; only the network's edge is loopback.
 * `overrides` sets what the variables refuse.
 */
export async function startTestServer(
  variables: Readonly<Record<string, string>> = {},
  overrides: Partial<Config> = {},
): Promise<TestServer> {
  const dataFolder = await mkdtemp(path.join(tmpdir(), 'audiohost-e2e-'))
  const database = await aDatabase()
  const own = { DATA_DIR: dataFolder, DATABASE_URL: database.url }
  const config = { ...readConfig({ ...testVariables, ...own, ...variables }), ...overrides }
  const logged: string[] = []
  const log = pino({ level: 'info', base: null }, { write: (line: string) => logged.push(line) })
  const clean = async (): Promise<void> => {
    await database.drop()
    await rm(dataFolder, { recursive: true })
  }
  const starting = startServer({ config, log, progress: () => undefined })
  const server = await starting.catch(async (error: unknown) => {
    await clean()
    throw error
  })
  const origin = `http://localhost:${server.port}`
  const browser = (): Browser => new Browser(origin)
  return {
    origin,
    dataFolder,
    logged,
    browser,
    signedIn: (name) => signIn(browser(), name),
    administrator: (name) => signInAdministrator(browser(), { database, name }),
    close: async () => {
      await server.close()
      await clean()
    },
  }
}

async function signIn(browser: Browser, name: string): Promise<Browser> {
  const account = { name, surname: 'Tester', email: `${name}@example.org`, password }
  await browser.json('POST', '/v1/auth/registration', account)
  const reply = await browser.json('POST', '/v1/auth/login', { email: account.email, password })
  if (reply.status !== 200)
    throw new Error(`${name} could not sign in: ${reply.status} ${await reply.text()}`)
  return browser
}

async function signInAdministrator(
  browser: Browser,
  { database, name }: { readonly database: TestDatabase; readonly name: string },
): Promise<Browser> {
  await signIn(browser, name)
  await database.database.run((knex) =>
    knex('users')
      .where({ email_key: `${name}@example.org` })
      .update({ is_admin: true }),
  )
  return browser
}

const samples = new URL('../../../adapters-media/samples/', import.meta.url)

export const readSample = (name: string): Promise<Buffer> => readFile(new URL(name, samples))
