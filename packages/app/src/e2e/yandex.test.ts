import { expect } from 'chai'
import { startFakeYandex, type FakeYandex } from '@audiohost/adapters-identity/testing'
import type { Browser } from './browser.ts'
import { startTestServer, type TestServer } from './test-server.ts'

describe('signing in with Yandex, over HTTP', () => {
  let yandex: FakeYandex
  let server: TestServer
  before(async () => {
    yandex = await startFakeYandex()
    server = await startTestServer({
      YANDEX_CLIENT_ID: yandex.clientId,
      YANDEX_CLIENT_SECRET: yandex.clientSecret,
      YANDEX_REDIRECT_URI: 'http://localhost/v1/auth/yandex/callback',
      YANDEX_OAUTH_URL: yandex.oauthUrl,
      YANDEX_PROFILE_URL: yandex.profileUrl,
    })
  })
  after(async () => {
    await server.close()
    await yandex.stop()
  })

  /** What a browser does: asks us, goes to the provider, comes back with what that put into the address. */
  async function goToProvider(browser: Browser, body?: unknown): Promise<URL> {
    const begun = await browser.json('POST', '/v1/auth/yandex/login', body)
    expect(begun.status).to.equal(303)
    const atProvider = await fetch(begun.headers.get('Location') ?? '', { redirect: 'manual' })
    return new URL(atProvider.headers.get('Location') ?? '')
  }
  const callback = (browser: Browser, { search }: URL): Promise<Response> =>
    browser.fetch(`/v1/auth/yandex/callback${search}`, { headers: { 'Sec-Fetch-Site': 'cross-site' } })

  it('opens an account at the first sign-in and finds it again at the next', async () => {
    yandex.profile = {
      client_id: yandex.clientId,
      id: '1001',
      default_email: 'ada@yandex.example',
      first_name: 'Ada',
      last_name: 'Lovelace',
    }
    const ids: unknown[] = []
    for (let round = 0; round < 2; round++) {
      const ada = server.browser()
      const back = await callback(ada, await goToProvider(ada, { return_to: '/player?song=1' }))
      expect(back.status).to.equal(303)
      expect(back.headers.get('Location')).to.match(/\/player\?song=1$/)
      const me = (await (await ada.fetch('/v1/auth/me')).json()) as { id: string; name: string }
      expect(me).to.include({ name: 'Ada', email: 'ada@yandex.example' })
      ids.push(me.id)
    }
    expect(new Set(ids).size).to.equal(1)
  })

  it('refuses a callback of another browser, a reused one and one without state', async () => {
    yandex.profile = { client_id: yandex.clientId, id: '1002' }
    const victim = server.browser()
    const url = await goToProvider(victim)
    const foreign = await callback(server.browser(), url)
    expect([foreign.status, await codeOf(foreign)]).to.deep.equal([400, 'oauth_state_invalid'])
    expect((await callback(victim, url)).status).to.equal(303)
    const reused = await callback(victim, url)
    expect([reused.status, await codeOf(reused)]).to.deep.equal([400, 'oauth_state_invalid'])
    const bare = await callback(victim, new URL('http://x/?code=abc'))
    expect([bare.status, await codeOf(bare)]).to.deep.equal([400, 'oauth_state_invalid'])
  })

  for (const order of [
    [0, 1],
    [1, 0],
  ]) {
    it(`completes the sign-ins of two tabs of one browser, in the order ${order.join(', ')}`, async () => {
      yandex.profile = { client_id: yandex.clientId, id: '1010' }
      const browser = server.browser()
      const urls = [await goToProvider(browser), await goToProvider(browser)]
      for (const tab of order) {
        const url = urls[tab] ?? new URL('http://x')
        expect((await callback(browser, url)).status).to.equal(303)
        expect((await callback(browser, url)).status).to.equal(400)
      }
    })
  }

  it('never joins an account by its e-mail address', async () => {
    await server.signedIn('grace')
    yandex.profile = { client_id: yandex.clientId, id: '1003', default_email: 'GRACE@example.org' }
    const intruder = server.browser()
    const refused = await callback(intruder, await goToProvider(intruder))
    expect([refused.status, await codeOf(refused)]).to.deep.equal([409, 'email_taken_by_other_account'])
    expect((await intruder.fetch('/v1/auth/me')).status).to.equal(401)
  })

  it('makes one account of racing first sign-ins', async () => {
    yandex.profile = { client_id: yandex.clientId, id: '1004', default_email: 'racer@yandex.example' }
    const browsers = Array.from({ length: 10 }, () => server.browser())
    const urls = await Promise.all(browsers.map((browser) => goToProvider(browser)))
    const replies = await Promise.all(
      browsers.map((browser, index) => callback(browser, urls[index] ?? new URL('http://x'))),
    )
    expect(new Set(replies.map(({ status }) => status))).to.deep.equal(new Set([303]))
    const people = await Promise.all(
      browsers.map(async (browser) => (await browser.fetch('/v1/auth/me')).json()),
    )
    expect(new Set(people.map((person) => (person as { id: string }).id)).size).to.equal(1)
  })

  it('says so where somebody refuses at the provider', async () => {
    const browser = server.browser()
    const url = await goToProvider(browser)
    const state = url.searchParams.get('state') ?? ''
    const denied = await callback(browser, new URL(`http://x/?error=access_denied&state=${state}`))
    expect([denied.status, await codeOf(denied)]).to.deep.equal([401, 'oauth_denied'])
  })
})

const codeOf = async (reply: Response): Promise<unknown> => ((await reply.json()) as { code: unknown }).code
