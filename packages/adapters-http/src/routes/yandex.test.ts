import { expect } from 'chai'
import { aService, type Service } from '../testing/a-service.ts'
import { expectProblem } from '../testing/expect-problem.ts'
import type { TestClient, TestReply } from '../testing/test-client.ts'

const callback = '/v1/auth/yandex/callback'

describe('signing in with Yandex', () => {
  let service: Service
  beforeEach(async () => {
    service = await aService()
  })
  afterEach(() => service.close())

  /** Off to the provider and, approved there, back with the query of its redirect. */
  async function begin(client: TestClient, json: object = {}): Promise<{ code: string; state: string }> {
    const reply = await client.post('/v1/auth/yandex/login', { json })
    expect(reply.status).to.equal(303)
    return service.backend.provider.approve(reply.headers.get('location') ?? '')
  }

  const finish = (client: TestClient, query: Record<string, string>, headers = {}) =>
    client.get(`${callback}?${new URLSearchParams(query).toString()}`, { headers })

  it('sends the browser to the provider, and back to where it began with a session', async () => {
    const client = service.client()
    const query = await begin(client, { return_to: '/library?sort=created_at' })
    expect(client.cookies.get('__Host-oauth_login')).to.be.a('string')
    const reply = await finish(client, query)
    expect(reply.status).to.equal(303)
    expect(reply.headers.get('location')).to.equal('/library?sort=created_at')
    expect(reply.text).to.equal('')
    expect(client.cookies.has('__Host-oauth_login')).to.equal(true)
    expect((await client.get('/v1/auth/me')).body).to.include({ name: 'Ann', is_admin: false })
  })

  it('shows the user instead where the client prefers JSON', async () => {
    const client = service.client()
    const reply = await finish(client, await begin(client), { Accept: 'application/json' })
    expect(reply.status).to.equal(200)
    expect(reply.body.name).to.equal('Ann')
    expect(reply.setCookies).to.have.lengthOf(3)
    expect(reply.text).to.not.include('fake-')
  })

  it('redirects a browser, which accepts everything but prefers pages', async () => {
    const client = service.client()
    const headers = { Accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8' }
    expect((await finish(client, await begin(client), headers)).status).to.equal(303)
  })

  it('takes return_to from JSON, from a form, or not at all', async () => {
    const headers = { 'Content-Type': 'application/x-www-form-urlencoded' }
    const form = await service.client().post('/v1/auth/yandex/login', { body: 'return_to=%2Fa%3Fb', headers })
    expect(form.status).to.equal(303)
    expect((await service.client().post('/v1/auth/yandex/login')).status).to.equal(303)
    const empty = await service.client().post('/v1/auth/yandex/login', { body: '', headers })
    expect(empty.status).to.equal(303)
  })

  it('refuses to return anywhere else', async () => {
    for (const return_to of ['//evil.org', 'https://evil.org', '/\\evil.org', 'javascript:alert(1)']) {
      const reply = await service.client().post('/v1/auth/yandex/login', { json: { return_to } })
      expectProblem(reply, '422 invalid_input', '/return_to')
      expect(reply.setCookies).to.deep.equal([])
    }
    const body = 'return_to=/a&return_to=/b'
    const headers = { 'Content-Type': 'application/x-www-form-urlencoded' }
    const twice = await service.client().post('/v1/auth/yandex/login', { body, headers })
    expectProblem(twice, '422 invalid_input', '/return_to')
  })

  it('returns to an allowed origin', async () => {
    const client = service.client()
    const query = await begin(client, { return_to: 'https://player.example.org/play' })
    expect((await finish(client, query)).headers.get('location')).to.equal('https://player.example.org/play')
  })

  it('signs nobody in without the state, the browser and the moment that belong together', async () => {
    const victim = service.client()
    const attacker = service.client()
    const query = await begin(attacker)
    const attacks: readonly (readonly [TestClient, Record<string, string>])[] = [
      [victim, query],
      [attacker, { code: query.code }],
      [attacker, { ...query, state: 'other' }],
      [attacker, { code: query.code, state: '' }],
      [attacker, {}],
    ]
    for (const [client, attempt] of attacks) {
      const reply = await finish(client, attempt)
      expect([400, 422]).to.include(reply.status)
      expect(reply.setCookies).to.deep.equal([])
    }
    expectProblem(await finish(victim, query), '400 oauth_state_invalid')
    expect((await finish(attacker, query)).status).to.equal(303)
    expectProblem(await finish(attacker, query), '400 oauth_state_invalid')

    const late = service.client()
    const stale = await begin(late)
    service.backend.clock.advance(601)
    expectProblem(await finish(late, stale), '400 oauth_state_invalid')
  })

  it('says that the provider refused', async () => {
    const client = service.client()
    const { state } = await begin(client)
    expectProblem(await finish(client, { error: 'access_denied', state }), '401 oauth_denied')
    const other = service.client()
    const query = await begin(other)
    expectProblem(await finish(other, { ...query, error: 'access_denied' }), '401 oauth_denied')
  })

  it('says that the provider does not answer', async () => {
    const client = service.client()
    const query = await begin(client)
    service.backend.provider.down = true
    expectProblem(await finish(client, query), '502 provider_unavailable')
  })

  it('never joins an account by its e-mail address', async () => {
    await service.register('ann@example.com')
    const client = service.client()
    expectProblem(await finish(client, await begin(client)), '409 email_taken_by_other_account')
    expect(client.cookies.has('__Host-access_token')).to.equal(false)
  })

  it('says that the provider is not configured', async () => {
    const { backend } = service
    const bare = await aService({
      useCases: {
        ...backend.useCases,
        beginExternalLogin: {
          execute: (input) => backend.useCases.beginExternalLogin.execute({ ...input, provider: 'absent' }),
        },
        completeExternalLogin: {
          execute: (input) =>
            backend.useCases.completeExternalLogin.execute({ ...input, provider: 'absent' }),
        },
      },
    })
    try {
      expectProblem(await bare.client().post('/v1/auth/yandex/login'), '404 provider_not_configured')
      expectProblem(await bare.client().get(`${callback}?code=a&state=b`), '404 provider_not_configured')
    } finally {
      await bare.close()
    }
  })

  describe('in a browser that navigates', () => {
    const Accept = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8'

    const expectPage = (reply: TestReply, status: number, expected: readonly string[]): void => {
      expect(reply.status).to.equal(status)
      expect(reply.headers.get('content-type')).to.equal('text/html; charset=utf-8')
      expect(reply.headers.get('content-security-policy')).to.contain("default-src 'none'")
      expect(reply.headers.get('cache-control')).to.equal('no-store')
      expect(reply.headers.get('vary')).to.match(/\bAccept\b/)
      expect(reply.text).to.match(/^<!doctype html>/)
      for (const text of expected) expect(reply.text).to.contain(text)
    }

    it('shows a page that leads back to where the sign-in began if the provider refused', async () => {
      const client = service.client()
      const { state } = await begin(client, { return_to: 'https://player.example.org/play?a=1&b=2' })
      const refused = await finish(client, { error: 'access_denied', state }, { Accept })
      expectPage(refused, 401, [
        '<h1>Sign-in failed</h1>',
        'The identity provider refused the sign-in.',
        '<a href="https://player.example.org/play?a=1&amp;b=2">',
      ])
    })

    it('shows a page that leads to the start page for a stale, taken or failed sign-in', async () => {
      expectPage(await finish(service.client(), { code: 'a', state: 'b' }, { Accept }), 400, ['<a href="/">'])
      await service.register('ann@example.com')
      const taken = service.client()
      expectPage(await finish(taken, await begin(taken), { Accept }), 409, ['sign in with its password'])
      const failed = service.client()
      const query = await begin(failed)
      service.backend.provider.down = true
      expectPage(await finish(failed, query, { Accept }), 502, ['try again later'])
    })

    it('shows a page for a form that cannot begin a sign-in', async () => {
      const headers = { 'Content-Type': 'application/x-www-form-urlencoded', Accept }
      const body = new URLSearchParams({ return_to: 'https://evil.org/"><script>' }).toString()
      const reply = await service.client().post('/v1/auth/yandex/login', { body, headers })
      expectPage(reply, 422, ['<a href="/">'])
      expect(reply.text).not.to.contain('<script')
    })

    it('keeps JSON for clients that accept everything, and for other routes', async () => {
      for (const headers of [{}, { Accept: '*/*' }, { Accept: 'application/json, text/html;q=0.5' }]) {
        expectProblem(
          await finish(service.client(), { code: 'a', state: 'b' }, headers),
          '400 oauth_state_invalid',
        )
      }
      expectProblem(
        await service.client().get('/v1/auth/me', { headers: { Accept } }),
        '401 not_authenticated',
      )
    })

    it('links below the path of PUBLIC_URL', async () => {
      const below = await aService({ publicUrl: new URL('https://example.org/audio') })
      const reply = await below.client().get(`${callback}?code=a&state=b`, { headers: { Accept } })
      await below.close()
      expectPage(reply, 400, ['<a href="/audio/">', 'href="/audio/docs/page.css"'])
    })
  })
})
