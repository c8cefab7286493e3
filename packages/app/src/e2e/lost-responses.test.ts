import { randomUUID } from 'node:crypto'
import { expect } from 'chai'
import { Browser } from './browser.ts'
import { losingProxy, type LosingProxy } from './losing-proxy.ts'
import { password, readSample, startTestServer, type TestServer } from './test-server.ts'

const newPassword = 'seven purple kettles'

interface Request {
  readonly method: string
  readonly path: string
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

// What a client learns that sends a request again because it never received the response to the first.
describe('a request whose response was lost', () => {
  let server: TestServer
  let proxy: LosingProxy
  before(async () => {
    server = await startTestServer()
    proxy = await losingProxy(Number(new URL(server.origin).port))
  })
  after(async () => {
    await proxy.close()
    await server.close()
  })

  const send = (browser: Browser, { method, path, body, headers = {} }: Request): Promise<Response> => {
    const isBytes = body instanceof Uint8Array
    const json = body === undefined || isBytes ? {} : { 'Content-Type': 'application/json' }
    const sent = body === undefined ? null : isBytes ? new Uint8Array(body) : JSON.stringify(body)
    return browser.fetch(path, { method, headers: { ...json, ...headers }, body: sent })
  }
  /** Sends it twice; the first response does not arrive. */
  const sendAgain = async (browser: Browser, request: Request): Promise<Response> => {
    const before = proxy.lost
    proxy.loseNextResponse()
    const first = await send(browser, request).catch((error: unknown) => error)
    expect(first, 'the first response').to.be.instanceOf(TypeError)
    expect(proxy.lost).to.equal(before + 1)
    return send(browser, request)
  }
  const keyed = (request: Request): Request => ({ ...request, headers: { 'Idempotency-Key': randomUUID() } })

  const browsing = (): Browser => new Browser(proxy.origin)
  const account = (name: string) => ({ name, surname: 'Lost', email: `${name}@lost.example`, password })
  const signedIn = async (name: string): Promise<Browser> => {
    const browser = browsing()
    await browser.json('POST', '/v1/auth/registration', account(name))
    expect((await logIn(browser, name)).status).to.equal(200)
    return browser
  }
  const logIn = (browser: Browser, name: string, given = password): Promise<Response> =>
    browser.json('POST', '/v1/auth/login', { email: account(name).email, password: given })
  const sessionsOf = async (browser: Browser): Promise<readonly { id: string; is_current: boolean }[]> =>
    ((await (await browser.fetch('/v1/auth/sessions')).json()) as { items: [] }).items
  const codeOf = async (reply: Response) => [reply.status, ((await reply.json()) as { code: string }).code]
  const upload = async (browser: Browser): Promise<string> => {
    const reply = await browser.upload(await readSample('spoken/vbr-cover.mp3'), 'song.mp3')
    return ((await reply.json()) as { id: string }).id
  }

  it('returns the account of a registration with a key, and 409 without one', async () => {
    const registration = { method: 'POST', path: '/v1/auth/registration' }
    expect((await sendAgain(browsing(), keyed({ ...registration, body: account('ada') }))).status).to.equal(
      201,
    )
    const bare = await sendAgain(browsing(), { ...registration, body: account('bea') })
    expect(await codeOf(bare)).to.deep.equal([409, 'email_taken'])
    expect((await logIn(browsing(), 'bea')).status).to.equal(200)
  })

  it('signs in again, and opens one session if there is a key', async () => {
    await signedIn('cleo')
    const login = { method: 'POST', path: '/v1/auth/login', body: { email: account('cleo').email, password } }
    const bare = browsing()
    expect((await sendAgain(bare, login)).status).to.equal(200)
    expect(await sessionsOf(bare)).to.have.length(3)
    const again = browsing()
    expect((await sendAgain(again, keyed(login))).status).to.equal(200)
    expect(await sessionsOf(again)).to.have.length(4)
  })

  it('returns the successor of a refresh token, however often the response is lost', async () => {
    const dora = await signedIn('dora')
    const refresh = { method: 'POST', path: '/v1/auth/refresh' }
    for (let round = 0; round < 3; round++) {
      const before = dora.cookie('refresh_token')
      proxy.loseNextResponse()
      await send(dora, refresh).catch(() => undefined)
      expect((await sendAgain(dora, refresh)).status).to.equal(200)
      expect(dora.cookie('refresh_token')).to.not.equal(before)
      expect((await dora.fetch('/v1/auth/me')).status).to.equal(200)
    }
  })

  it('accepts a repeated change of password with the old current password, with and without a key', async () => {
    const erin = await signedIn('erin')
    const change = (from: string, to: string): Request => ({
      method: 'PATCH',
      path: '/v1/auth/me',
      body: { current_password: from, password: to },
    })
    expect((await sendAgain(erin, change(password, newPassword))).status).to.equal(200)
    expect((await sendAgain(erin, keyed(change(newPassword, password)))).status).to.equal(200)
    expect((await logIn(browsing(), 'erin')).status).to.equal(200)
    expect((await logIn(browsing(), 'erin', newPassword)).status).to.equal(401)
    const wrong = change('not the password', 'nor is this one the password')
    expect(await codeOf(await send(erin, wrong))).to.deep.equal([403, 'wrong_password'])
  })

  it('answers a repeated deletion with 404, and with 204 if there is a key', async () => {
    const faye = await signedIn('faye')
    const remove = async (): Promise<Request> => ({
      method: 'DELETE',
      path: `/v1/audio/file/${await upload(faye)}`,
    })
    expect(await codeOf(await sendAgain(faye, await remove()))).to.deep.equal([404, 'audio_not_found'])
    expect((await sendAgain(faye, keyed(await remove()))).status).to.equal(204)
    const list = (await (await faye.fetch('/v1/audio/')).json()) as { items: unknown[] }
    expect(list.items).to.deep.equal([])
  })

  it('answers a repeated end of another session with 404, and with 204 if there is a key', async () => {
    const gina = await signedIn('gina')
    for (const [isKeyed, status] of [
      [false, 404],
      [true, 204],
    ] as const) {
      await logIn(browsing(), 'gina')
      const other = (await sessionsOf(gina)).find(({ is_current: isCurrent }) => !isCurrent)
      const end = { method: 'DELETE', path: `/v1/auth/sessions/${other?.id}` }
      expect((await sendAgain(gina, isKeyed ? keyed(end) : end)).status).to.equal(status)
      expect(await sessionsOf(gina)).to.have.length(1)
    }
  })

  it('answers a repeated logout with 401 and clears the cookies', async () => {
    const hana = await signedIn('hana')
    const again = await sendAgain(hana, { method: 'POST', path: '/v1/auth/logout' })
    expect(await codeOf(again)).to.deep.equal([401, 'not_authenticated'])
    expect([hana.cookie('access_token'), hana.cookie('refresh_token')]).to.deep.equal([undefined, undefined])
  })

  it('answers a repeated deletion of the own account with 401', async () => {
    const iris = await signedIn('iris')
    const again = await sendAgain(iris, { method: 'DELETE', path: '/v1/auth/me' })
    expect(await codeOf(again)).to.deep.equal([401, 'not_authenticated'])
    expect((await browsing().json('POST', '/v1/auth/registration', account('iris'))).status).to.equal(201)
  })

  it('returns the existing audio for a repeated upload with a key', async () => {
    const jane = await signedIn('jane')
    const body = await readSample('spoken/vbr-cover.mp3')
    const { headers } = keyed({ method: 'POST', path: '' })
    const request = {
      method: 'POST',
      path: '/v1/audio/file',
      body,
      headers: { ...headers, 'Content-Type': 'audio/mpeg' },
    }
    expect((await sendAgain(jane, request)).status).to.equal(201)
    const list = (await (await jane.fetch('/v1/audio/')).json()) as { items: unknown[] }
    expect(list.items).to.have.length(1)
  })

  it('names the audio to a repeated last part, to HEAD and at the end offset', async () => {
    const kate = await signedIn('kate')
    const bytes = await readSample('spoken/vbr-cover.mp3')
    const tus = { 'Tus-Resumable': '1.0.0' }
    const begun = await kate.fetch('/v1/audio/uploads', {
      method: 'POST',
      headers: { ...tus, 'Upload-Length': bytes.length.toString() },
    })
    const path = new URL(begun.headers.get('Location') ?? '', proxy.origin).pathname
    const part = (offset: number, body: Uint8Array): Request => ({
      method: 'PATCH',
      path,
      body,
      headers: {
        ...tus,
        'Upload-Offset': offset.toString(),
        'Content-Type': 'application/offset+octet-stream',
      },
    })
    const again = await sendAgain(kate, part(0, bytes))
    expect(await codeOf(again)).to.deep.equal([409, 'upload_offset_conflict'])
    expect(again.headers.get('Upload-Offset')).to.equal(bytes.length.toString())
    const named = again.headers.get('Audio-Id')
    const head = await kate.fetch(path, { method: 'HEAD', headers: tus })
    const id = head.headers.get('Audio-Id') ?? ''
    expect(named).to.equal(id)
    expect(head.headers.get('Upload-Offset')).to.equal(bytes.length.toString())
    expect((await kate.fetch(`/v1/audio/file/${id}`)).status).to.equal(200)
    const end = await send(kate, part(bytes.length, new Uint8Array()))
    expect([end.status, end.headers.get('Audio-Id')]).to.deep.equal([204, id])
  })
})
