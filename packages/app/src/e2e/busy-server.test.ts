import { readdir } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { aDatabase, type TestDatabase } from '@audiohost/adapters-postgres/testing'
import { expect } from 'chai'
import type { Browser } from './browser.ts'
import { CheckingReader } from './checking-reader.ts'
import { HeldUpload } from './held-upload.ts'
import { soundOf } from './sound-of.ts'
import { password, startTestServer, type TestServer } from './test-server.ts'

describe('a server with two connections to its database', function () {
  this.timeout(60_000)
  let database: TestDatabase
  let server: TestServer
  let ada: Browser

  before(async () => {
    database = await aDatabase()
    server = await startTestServer({ DATABASE_URL: database.url, DATABASE_POOL_SIZE: '2' })
    ada = await server.signedIn('ada')
  })
  after(async () => {
    await server.close()
    await database.drop()
  })

  /** Connections that are in a statement or in a transaction, but for the one that asks. */
  const busyConnections = async (): Promise<number> => {
    const { rows } = await database.database.run((knex) =>
      knex.raw<{ rows: readonly { readonly busy: number }[] }>(
        `select count(*)::int as busy from pg_stat_activity
         where datname = current_database() and state <> 'idle' and pid <> pg_backend_pid()`,
      ),
    )
    return rows[0]?.busy ?? NaN
  }

  /** New accounts, so that nothing of it is remembered. */
  async function expectService(names: readonly string[]): Promise<void> {
    for (const name of names) {
      const browser = await server.signedIn(name)
      expect(await (await browser.fetch('/v1/auth/me')).json()).to.include({ name })
      expect(await (await browser.fetch('/v1/audio/')).json()).to.deep.include({ items: [] })
      const wrong = { email: `${name}@example.org`, password: `${password}!` }
      expect((await browser.json('POST', '/v1/auth/login', wrong)).status).to.equal(401)
    }
  }

  it('uses neither for 200 downloads that are open, and serves everybody else', async () => {
    const bytes = soundOf(0, 12 * 1024 ** 2)
    const reply = await ada.upload(bytes, 'sound.wav')
    const song = { path: reply.headers.get('location') ?? expect.fail(), bytes }
    const readers = await Promise.all(
      Array.from({ length: 200 }, async () => (await CheckingReader.connect(server.origin, ada)).ask(song)),
    )
    expect(readers.filter(({ status }) => status !== 200)).to.deep.equal([])
    while ((await busyConnections()) > 0) await delay(20)
    await expectService(['ben', 'cleo'])
    expect((await readers[0]?.take())?.isWhole).to.equal(true)
    await Promise.all(readers.map((reader) => reader.leave()))
  })

  it('uses neither for 64 uploads that are arriving, and serves everybody else', async () => {
    const sounds = Array.from({ length: 64 }, (_, index) => soundOf(0, 200_000 + 4 * index))
    const uploads = sounds.map((bytes) => new HeldUpload(server.origin, ada, bytes))
    while ((await partialFiles()) < uploads.length) await delay(20)
    while ((await busyConnections()) > 0) await delay(20)
    await expectService(['dan', 'eve'])
    for (const upload of uploads) upload.sendRest()
    await expectService(['fay', 'gus'])
    const ids = await Promise.all(uploads.map((upload) => upload.id()))
    expect(new Set(ids).size).to.equal(64)
    expect(ids).to.not.include(undefined)
  })

  async function partialFiles(): Promise<number> {
    const names = await readdir(path.join(server.dataFolder, 'audio'), { recursive: true })
    return names.filter((name) => name.endsWith('.partial')).length
  }
})
