import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect } from 'chai'
import { aDatabase } from '@audiohost/adapters-postgres/testing'
import { Browser } from './browser.ts'
import { password, readSample, startTestServer, type TestServer } from './test-server.ts'

describe('two nodes on one database', () => {
  let database: Awaited<ReturnType<typeof aDatabase>>
  let audioFolder: string
  let nodes: [TestServer, TestServer]
  before(async () => {
    database = await aDatabase()
    audioFolder = await mkdtemp(path.join(tmpdir(), 'audiohost-shared-'))
    const shared = {
      DATABASE_URL: database.url,
      AUDIO_STORAGE_PATH: audioFolder,
      PUBLIC_URL: 'http://localhost',
      RATE_LIMITS: 'on',
    }
    nodes = [await startTestServer(shared), await startTestServer(shared)]
  })
  after(async () => {
    await Promise.all(nodes.map((node) => node.close()))
    await database.drop()
    await rm(audioFolder, { recursive: true })
  })

  /** The same cookies at the other node. */
  const at = (node: TestServer, browser: Browser): Browser => {
    const other = node.browser()
    for (const name of ['access_token', 'refresh_token']) other.setCookie(name, browser.cookie(name) ?? '')
    return other
  }

  it('ends a session everywhere at once', async () => {
    const ada = await nodes[0].signedIn('ada')
    expect((await at(nodes[1], ada).fetch('/v1/auth/me')).status).to.equal(200)
    const elsewhere = at(nodes[1], ada)
    expect((await ada.json('POST', '/v1/auth/logout')).status).to.equal(204)
    expect((await elsewhere.fetch('/v1/auth/me')).status).to.equal(401)
    expect((await elsewhere.json('POST', '/v1/auth/refresh')).status).to.equal(401)
  })

  it('gives every tab on every node a working token when all refresh at once', async () => {
    const ada = await nodes[0].signedIn('linus')
    const tabs = Array.from({ length: 20 }, (_, index) => at(nodes[index % 2] ?? nodes[0], ada))
    const replies = await Promise.all(tabs.map((tab) => tab.json('POST', '/v1/auth/refresh')))
    expect(new Set(replies.map(({ status }) => status))).to.deep.equal(new Set([200]))
    expect(new Set(tabs.map((tab) => tab.cookie('refresh_token'))).size).to.equal(1)
    const last = tabs.at(-1)
    expect((await last?.json('POST', '/v1/auth/refresh'))?.status).to.equal(200)
  })

  it('makes one account of fifty registrations of one address', async () => {
    const replies = await Promise.all(
      Array.from({ length: 50 }, (_, index) => {
        const email = index % 2 === 0 ? 'Grace@Example.org' : 'grace@example.ORG'
        const account = { name: 'Grace', surname: 'Hopper', email, password }
        return new Browser((nodes[index % 2] ?? nodes[0]).origin).json(
          'POST',
          '/v1/auth/registration',
          account,
        )
      }),
    )
    const statuses = replies.map(({ status }) => status)
    expect(statuses.filter((status) => status === 201)).to.have.length(1)
    expect(statuses.every((status) => [201, 409, 429, 503].includes(status))).to.equal(true)
  })

  it('counts the guesses of both nodes together', async () => {
    await nodes[0].signedIn('alan')
    const statuses: number[] = []
    for (let index = 0; index < 30; index++) {
      const guess = { email: 'alan@example.org', password: `wrong guess ${index}` }
      const reply = await (nodes[index % 2] ?? nodes[0]).browser().json('POST', '/v1/auth/login', guess)
      statuses.push(reply.status)
      if (reply.status === 429) expect(Number(reply.headers.get('Retry-After'))).to.be.greaterThan(0)
    }
    expect(statuses.filter((status) => status === 401)).to.have.length(10)
    expect(statuses.slice(10).every((status) => status === 429)).to.equal(true)
  })

  it('plays on one node what was uploaded to another that shares its folder', async () => {
    const ada = await nodes[0].signedIn('barbara')
    const reply = await ada.upload(await readSample('spoken/vbr-cover.mp3'), 'song.mp3')
    const { id } = (await reply.json()) as { id: string }
    expect((await at(nodes[1], ada).fetch(`/v1/audio/file/${id}`)).status).to.equal(200)
  })
})
