import { createHash } from 'node:crypto'
import { readdir } from 'node:fs/promises'
import path from 'node:path'
import { expect } from 'chai'
import type { Browser } from './browser.ts'
import { password, readSample, startTestServer, type TestServer } from './test-server.ts'

interface AudioReply {
  readonly id: string
  readonly title: string
  readonly sha256: string
  readonly duration: number
  readonly content_type: string
}

describe('a journey through the whole application', () => {
  let server: TestServer
  let ada: Browser
  before(async () => {
    server = await startTestServer()
    ada = await server.signedIn('ada')
  })
  after(() => server.close())

  const upload = async (browser: Browser, title: string): Promise<AudioReply> => {
    const reply = await browser.upload(await readSample('spoken/vbr-cover.mp3'), 'song.mp3', { title })
    expect(reply.status).to.equal(201)
    return (await reply.json()) as AudioReply
  }

  it('stores an upload, lists it, and plays back the same bytes with seeking', async () => {
    const bytes = await readSample('spoken/vbr-cover.mp3')
    const audio = await upload(ada, 'First song')
    expect(audio).to.include({ title: 'First song', content_type: 'audio/mpeg' })
    expect(audio.duration).to.be.greaterThan(0.1)
    expect(audio.sha256).to.equal(createHash('sha256').update(bytes).digest('hex'))

    const list = (await (await ada.fetch('/v1/audio/')).json()) as { items: AudioReply[] }
    expect(list.items.map(({ id }) => id)).to.deep.equal([audio.id])

    const whole = await ada.fetch(`/v1/audio/file/${audio.id}`)
    expect(Buffer.from(await whole.arrayBuffer()).equals(bytes)).to.equal(true)
    const part = await ada.fetch(`/v1/audio/file/${audio.id}`, { headers: { Range: 'bytes=100-199' } })
    expect(part.status).to.equal(206)
    expect(part.headers.get('Content-Range')).to.equal(`bytes 100-199/${bytes.length}`)
    expect(Buffer.from(await part.arrayBuffer()).equals(bytes.subarray(100, 200))).to.equal(true)
    const again = await ada.fetch(`/v1/audio/file/${audio.id}`, {
      headers: { 'If-None-Match': whole.headers.get('ETag') ?? '' },
    })
    expect(again.status).to.equal(304)
  })

  it("hides one user's audio from another as if it were not there", async () => {
    const audio = await upload(ada, 'Private song')
    const eve = await server.signedIn('eve')
    const foreign = await eve.fetch(`/v1/audio/file/${audio.id}`)
    const missing = await eve.fetch('/v1/audio/file/0198c5b0-0000-7000-8000-000000000000')
    expect([foreign.status, missing.status]).to.deep.equal([404, 404])
    const [foreignBody, missingBody] = (await Promise.all([foreign.json(), missing.json()])) as Record<
      string,
      unknown
    >[]
    expect({ ...foreignBody, request_id: '', instance: '' }).to.deep.equal({
      ...missingBody,
      request_id: '',
      instance: '',
    })
  })

  it('removes the bytes of deleted audio from the disk', async () => {
    const grace = await server.signedIn('grace')
    const before = await contentFiles(server)
    const audio = await upload(grace, 'Short-lived')
    expect(await contentFiles(server)).to.have.length(before.length + 1)
    expect((await grace.json('DELETE', `/v1/audio/file/${audio.id}`)).status).to.equal(204)
    expect(await contentFiles(server)).to.deep.equal(before)
    expect((await grace.fetch(`/v1/audio/file/${audio.id}`)).status).to.equal(404)
  })

  it('ends a session on the server at logout, for every copy of its tokens', async () => {
    const alan = await server.signedIn('alan')
    const [access = '', refresh = ''] = [alan.cookie('access_token'), alan.cookie('refresh_token')]
    expect((await alan.json('POST', '/v1/auth/logout')).status).to.equal(204)
    const thief = server.browser()
    thief.setCookie('access_token', access)
    thief.setCookie('refresh_token', refresh)
    expect((await thief.fetch('/v1/auth/me')).status).to.equal(401)
    expect((await thief.json('POST', '/v1/auth/refresh')).status).to.equal(401)
  })

  it('lets two tabs refresh at once, and ends the session when an old token is replayed', async () => {
    const tabs = await server.signedIn('linus')
    const first = tabs.cookie('refresh_token') ?? ''
    const replies = await Promise.all([
      tabs.json('POST', '/v1/auth/refresh'),
      refreshWith(server, first),
      refreshWith(server, first),
    ])
    expect(replies.map(({ status }) => status)).to.deep.equal([200, 200, 200])
    expect((await tabs.json('POST', '/v1/auth/refresh')).status).to.equal(200)

    const replay = await refreshWith(server, first)
    expect(replay.status).to.equal(401)
    expect(await replay.json()).to.include({ code: 'refresh_token_reused' })
    expect((await tabs.fetch('/v1/auth/me')).status).to.equal(401)
  })

  it('deletes an account with its sessions, rows and bytes', async () => {
    const before = await contentFiles(server)
    const mallory = await server.signedIn('mallory')
    await upload(mallory, 'One')
    await upload(mallory, 'Two')
    expect((await mallory.json('DELETE', '/v1/auth/me')).status).to.equal(204)
    expect(await contentFiles(server)).to.deep.equal(before)
    const login = await server
      .browser()
      .json('POST', '/v1/auth/login', { email: 'mallory@example.org', password })
    expect(login.status).to.equal(401)
  })

  it('logs one line per request, and nothing in it that names a person or opens a door', async () => {
    await ada.fetch('/v1/auth/me?canary=query-canary')
    const lines = server.logged.join('')
    expect(lines).to.contain('"route":"/v1/auth/me"').and.to.contain('"user_id"')
    for (const secret of [
      'ada@example.org',
      password,
      'query-canary',
      ada.cookie('access_token'),
      ada.cookie('refresh_token'),
    ]) {
      expect(lines).not.to.contain(secret)
    }
  })
})

function refreshWith(server: TestServer, token: string): Promise<Response> {
  const tab = server.browser()
  tab.setCookie('refresh_token', token)
  return tab.json('POST', '/v1/auth/refresh')
}

async function contentFiles(server: TestServer): Promise<string[]> {
  const entries = await readdir(path.join(server.dataFolder, 'audio'), {
    recursive: true,
    withFileTypes: true,
  })
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => entry.name)
    .toSorted()
}
