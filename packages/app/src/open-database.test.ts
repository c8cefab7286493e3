import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect, createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { DatabaseUnusable } from '@audiohost/adapters-postgres'
import { anEmptyDatabase, type TestDatabase } from '@audiohost/adapters-postgres/testing'
import { errorOf } from '@audiohost/core/testing'
import { expect } from 'chai'
import { pino } from 'pino'
import { readConfig } from './config.ts'
import { openDatabase, type OpenedDatabase } from './open-database.ts'

const secret = 'q8Zt3vN1xKc5RyW7uJp2LmB9sDf4HgT6aEoViYkXnQw'
const password = `p@s:s/w?r#d%20&"'é`
const role = 'audiohost_test_plain_role'

describe('openDatabase on a PostgreSQL of its own', function () {
  this.timeout(20_000)
  let admin: TestDatabase
  const made: string[] = []

  before(async () => {
    admin = await anEmptyDatabase()
    await sql(`drop role if exists ${role}`)
    await sql(`create role ${role} login password '${password.replaceAll("'", "''")}'`)
  })
  after(async () => {
    for (const name of made) await sql(`drop database if exists "${name}" with (force)`)
    await sql(`drop role ${role}`)
    await admin.drop()
  })

  const sql = (text: string): Promise<unknown> =>
    // Knex takes a bare question mark for a value.
    admin.database.run((knex) => knex.raw(text.replaceAll('?', '\\?')))
  /** The name of a new database, unique on a server that several runs share. */
  const aNamed = async (suffix: string, clause: string): Promise<string> => {
    const name = `${new URL(admin.directUrl).pathname.slice(1)}${suffix}`
    made.push(name)
    await sql(`create database "${name}" template template0 ${clause}`)
    return name
  }
  const urlOf = (name: string, change: Partial<URL> = {}): string =>
    Object.assign(new URL(admin.directUrl), { pathname: `/${encodeURIComponent(name)}`, ...change }).href
  const open = (variables: Readonly<Record<string, string>>): Promise<OpenedDatabase> =>
    openDatabase({
      config: readConfig({ INTERNAL_SECRET: secret, ...variables }),
      log: pino({ level: 'silent' }),
      progress: () => undefined,
      role: 'command',
    })
  const refusalOf = async (variables: Readonly<Record<string, string>>): Promise<string> => {
    const error = await errorOf(open(variables))
    expect(error).to.be.instanceOf(DatabaseUnusable)
    return (error as Error).message
  }
  const expectOpen = async (variables: Readonly<Record<string, string>>): Promise<void> => {
    const opened = await open(variables)
    await opened.database.ping()
    await opened.close()
  }

  for (const encoding of ['LATIN1', 'SQL_ASCII', 'EUC_JP'])
    it(`refuses a database in ${encoding}`, async () => {
      const name = await aNamed(`_${encoding}`, `encoding '${encoding}' locale 'C' locale_provider libc`)
      expect(await refusalOf({ DATABASE_URL: urlOf(name) })).to.match(
        new RegExp(`has the encoding ${encoding}: create one with UTF8`),
      )
    })

  for (const [setting, value, expected] of [
    ['default_transaction_read_only', 'on', /is read-only: set default_transaction_read_only to off/],
    ['datestyle', 'German', /set datestyle to ISO/],
    ['search_path', 'nowhere', /search_path do not exist/],
  ] as const)
    it(`refuses a database with ${setting} = ${value}`, async () => {
      const name = await aNamed(`_${setting}`, '')
      await sql(`alter database "${name}" set ${setting} = '${value}'`)
      expect(await refusalOf({ DATABASE_URL: urlOf(name) })).to.match(expected)
    })

  it('refuses a role that may not create tables', async () => {
    const name = await aNamed('_private', '')
    const url = urlOf(name, { username: role, password: encodeURIComponent(password) })
    expect(await refusalOf({ DATABASE_URL: url })).to.match(/grant CREATE on schema public/)
  })

  it('reports a missing database, a missing role and missing TLS at once', async () => {
    expect(await refusalOf({ DATABASE_URL: urlOf('no such database') })).to.match(
      /does not exist .*create it/,
    )
    const unknown = urlOf('postgres', { username: 'nobody_here', password: 'wrong' })
    expect(await refusalOf({ DATABASE_URL: unknown })).to.match(/refused/)
    const secure = `${admin.directUrl}?sslmode=require`
    expect(await refusalOf({ DATABASE_URL: secure })).to.match(/does not support TLS/)
  })

  it('reports a wrong password at once', async function () {
    // A server that trusts everybody, as that of some test runs, has none.
    if (new URL(admin.directUrl).password === '') this.skip()
    const wrong = urlOf('postgres', { password: 'wrong' })
    expect(await refusalOf({ DATABASE_URL: wrong })).to.match(/refused the user name or the password/)
  })

  describe('by its parts', () => {
    let parts: Readonly<Record<string, string>>
    let server: Server | undefined

    before(async () => {
      const name = await aNamed(' with späces & signs', '')
      await sql(`alter database "${name}" owner to ${role}`)
      const { hostname, port } = new URL(admin.directUrl)
      parts = { DB_NAME: name, DB_USER: role, DB_PASSWORD: password, DB_HOST: hostname, DB_PORT: port }
    })
    afterEach(() => {
      server?.close()
      server = undefined
    })

    /** Passes connections on to the server from another address. */
    const listen = async (at: { readonly host: string } | { readonly path: string }): Promise<string> => {
      const { hostname, port } = new URL(admin.directUrl)
      server = createServer((client) => {
        const target = connect(Number(port), hostname)
        client.pipe(target).pipe(client)
        for (const socket of [client, target]) socket.on('error', () => socket.destroy())
      })
      server.listen('host' in at ? { port: 0, ...at } : at)
      await once(server, 'listening')
      const address = server.address()
      return typeof address === 'object' ? String(address?.port) : '5432'
    }

    it('opens a database whose name and password have spaces and signs', async () => {
      await expectOpen(parts)
    })

    it('opens the same by a URL', async () => {
      const { DB_NAME = '' } = parts
      const url = urlOf(DB_NAME, { username: role, password: encodeURIComponent(password) })
      await expectOpen({ DATABASE_URL: url })
    })

    it('opens it by the folder of its socket', async () => {
      const folder = await mkdtemp(path.join(tmpdir(), 'audiohost-socket-'))
      await listen({ path: path.join(folder, '.s.PGSQL.5432') })
      await expectOpen({ ...parts, DB_HOST: folder, DB_PORT: '5432' })
      server?.close()
      await rm(folder, { recursive: true, force: true })
    })

    for (const host of ['::1', '[::1]'])
      it(`opens it at ${host}`, async () => {
        await expectOpen({ ...parts, DB_PORT: await listen({ host: '::1' }), DB_HOST: host })
      })

    it('opens it at an IPv6 address in a URL', async () => {
      const url = new URL(urlOf(parts['DB_NAME'] ?? '', { username: role }))
      url.password = encodeURIComponent(password)
      const port = await listen({ host: '::1' })
      await expectOpen({ DATABASE_URL: url.href.replace(url.host, `[::1]:${port}`) })
    })
  })
})
