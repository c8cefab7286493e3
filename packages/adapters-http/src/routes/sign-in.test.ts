import { expect } from 'chai'
import type { EmailAddress } from '@audiohost/core'
import { aService, password, type Service } from '../testing/a-service.ts'
import { expectProblem } from '../testing/expect-problem.ts'

const ann = { name: 'Ann', surname: 'Lee', email: 'ann@example.com', password }

describe('signing in', () => {
  let service: Service
  beforeEach(async () => {
    service = await aService()
  })
  afterEach(() => service.close())

  describe('POST /v1/auth/registration', () => {
    it('opens an account and shows it, without signing in', async () => {
      const reply = await service
        .client()
        .post('/v1/auth/registration', { json: { ...ann, password2: password } })
      expect(reply.status).to.equal(201)
      expect(reply.setCookies).to.deep.equal([])
      expect(reply.body).to.have.all.keys(
        'id',
        'name',
        'surname',
        'email',
        'is_admin',
        'is_active',
        'created_at',
        'updated_at',
      )
      expect(reply.body).to.include({ email: 'ann@example.com', is_admin: false, is_active: true })
    })

    it('refuses an address that is taken, in any case', async () => {
      await service.register(ann.email)
      const reply = await service
        .client()
        .post('/v1/auth/registration', { json: { ...ann, email: 'ANN@Example.com' } })
      expectProblem(reply, '409 email_taken')
    })

    it('names every field that is wrong', async () => {
      const json = { name: ' ', surname: 'x'.repeat(101), email: 'ann', password: 'short' }
      const reply = await service.client().post('/v1/auth/registration', { json })
      for (const field of ['/name', '/surname', '/email', '/password'])
        expectProblem(reply, '422 invalid_input', field)
    })

    it('refuses a repeated password that differs', async () => {
      const reply = await service
        .client()
        .post('/v1/auth/registration', { json: { ...ann, password2: 'other' } })
      expectProblem(reply, '422 invalid_input', '/password2')
    })

    for (const field of ['is_admin', 'isAdmin', 'id', 'is_active', 'role', 'created_at', '__proto__']) {
      it(`does not let ${field} be chosen`, async () => {
        const body = JSON.stringify(ann).replace('{', `{"${field}":true,`)
        const headers = { 'Content-Type': 'application/json' }
        const reply = await service.client().post('/v1/auth/registration', { body, headers })
        expectProblem(reply, '422 invalid_input', `/${field}`)
      })
    }

    it('passes on that there is too much to do, and when to come back', async () => {
      service.backend.hasher.busy = true
      const reply = await service.register(ann.email)
      expectProblem(reply, '503 too_busy')
      expect(reply.headers.get('retry-after')).to.equal('1')
    })

    it('refuses a password of a megabyte without hashing it', async () => {
      service.backend.hasher.busy = true
      const json = { ...ann, password: 'x'.repeat(1024 * 1024) }
      expectProblem(await service.client().post('/v1/auth/registration', { json }), '413 body_too_large')
      const shorter = { ...ann, password: 'x'.repeat(60_000) }
      const reply = await service.client().post('/v1/auth/registration', { json: shorter })
      expectProblem(reply, '422 invalid_input', '/password')
    })
  })

  describe('POST /v1/auth/login', () => {
    beforeEach(() => service.register(ann.email))

    it('has 64 under way at most, and sends others away before they cost a query or fill the log', async () => {
      const { passwords } = service.backend
      const found = passwords.findByEmail(ann.email as EmailAddress)
      let open = (): void => undefined
      const opened = new Promise<void>((resolve) => (open = resolve))
      let queries = 0
      let arrive = (): void => undefined
      const allThere = new Promise<void>((resolve) => (arrive = resolve))
      passwords.findByEmail = async () => {
        if (++queries === 64) arrive()
        await opened
        return found
      }
      const logIn = () => service.client().post('/v1/auth/login', { json: { email: ann.email, password } })
      const first = Array.from({ length: 64 }, logIn)
      await allThere
      service.logged.length = 0
      const refused = await logIn()
      expectProblem(refused, '503 too_busy')
      expect(refused.headers.get('retry-after')).to.equal('1')
      expect(queries).to.equal(64)
      expect(service.logged.join('')).to.include('too_busy').and.not.include('stack')
      open()
      for (const reply of await Promise.all(first)) expect(reply.status).to.equal(200)
      expect((await logIn()).status).to.equal(200)
    })

    it('puts both tokens into cookies and none into the body', async () => {
      const reply = await service
        .client()
        .post('/v1/auth/login', { json: { email: ' Ann@example.com', password } })
      expect(reply.status).to.equal(200)
      expect(reply.body.email).to.equal('ann@example.com')
      expect(reply.setCookies.map((cookie) => cookie.split('=')[0])).to.deep.equal([
        '__Host-access_token',
        '__Host-refresh_token',
        '__Host-media',
      ])
      expect(reply.setCookies[0]).to.include('; Max-Age=300;')
      expect(reply.setCookies[1]).to.include('; Max-Age=2592000;')
      expect(reply.text).to.not.include('fake-')
    })

    it('answers with the tokens, and no cookie, where the client asks for them in the body', async () => {
      const json = { email: ann.email, password, token_delivery: 'body' }
      const client = service.client()
      const reply = await client.post('/v1/auth/login', { json })
      expect(reply.setCookies).to.deep.equal([])
      expect(reply.body).to.have.all.keys('access_token', 'token_type', 'expires_in', 'refresh_token')
      expect(reply.body).to.include({ token_type: 'Bearer', expires_in: 300 })
      client.bearer = reply.body.access_token as string
      expect((await client.get('/v1/auth/me')).body.email).to.equal(ann.email)
    })

    it('gives one and the same answer to an unknown address, a wrong password and a disabled account', async () => {
      const admin = await service.anAdmin()
      const disabled = await service.register('ben@example.com')
      await admin.put('/v1/user/update_user', { json: { id: disabled.body.id, is_active: false } })
      const attempts = [
        { email: 'nobody@example.com', password },
        { email: ann.email, password: 'wrong password' },
        { email: 'ben@example.com', password },
        { email: 'not an address', password },
        { email: '', password: '' },
      ]
      const answers = new Set<string>()
      for (const json of attempts) {
        const reply = await service.client().post('/v1/auth/login', { json })
        expectProblem(reply, '401 invalid_credentials')
        expect(reply.setCookies).to.deep.equal([])
        answers.add(JSON.stringify({ ...reply.body, request_id: '' }))
      }
      expect(answers.size).to.equal(1)
    })

    it('opens a new session each time, whatever cookies came along', async () => {
      const client = await service.logIn(ann.email)
      const before = new Map(client.cookies)
      await client.post('/v1/auth/login', { json: { email: ann.email, password } })
      expect(client.cookies.get('__Host-refresh_token')).to.not.equal(before.get('__Host-refresh_token'))
      expect((await client.get('/v1/auth/sessions')).body.items).to.have.lengthOf(2)
    })
  })

  describe('POST /v1/auth/refresh', () => {
    it('answers a cookie with cookies and never with a body', async () => {
      const client = await service.aUser()
      const before = client.cookies.get('__Host-refresh_token')
      const reply = await client.post('/v1/auth/refresh')
      expect(reply.status).to.equal(200)
      expect(reply.body.email).to.equal(ann.email)
      expect(reply.setCookies).to.have.lengthOf(3)
      expect(client.cookies.get('__Host-refresh_token')).to.not.equal(before)
      expect(reply.text).to.not.include('fake-')
    })

    it('answers a token in the body with a body and no cookie', async () => {
      await service.register(ann.email)
      const client = service.client()
      const json = { email: ann.email, password, token_delivery: 'body' }
      const tokens = (await client.post('/v1/auth/login', { json })).body
      const reply = await client.post('/v1/auth/refresh', { json: { refresh_token: tokens.refresh_token } })
      expect(reply.status).to.equal(200)
      expect(reply.setCookies).to.deep.equal([])
      expect(reply.body.refresh_token).to.be.a('string').that.is.not.equal(tokens.refresh_token)
    })

    it('ends the session where an old token comes back', async () => {
      const client = await service.aUser()
      const stolen = client.cookies.get('__Host-refresh_token')
      await client.post('/v1/auth/refresh')
      await client.post('/v1/auth/refresh')
      const thief = service.client()
      expectProblem(
        await thief.post('/v1/auth/refresh', { json: { refresh_token: stolen } }),

        '401 refresh_token_reused',
      )
      expectProblem(await client.post('/v1/auth/refresh'), '401 invalid_refresh_token')
      expectProblem(await client.get('/v1/auth/me'), '401 not_authenticated')
    })

    it('refuses what is no refresh token of ours', async () => {
      const client = await service.aUser()
      const access = client.cookies.get('__Host-access_token')
      for (const token of [access, 'x', 'a'.repeat(1024)]) {
        const reply = await service.client().post('/v1/auth/refresh', { json: { refresh_token: token } })
        expectProblem(reply, '401 invalid_refresh_token')
      }
      expectProblem(await service.client().post('/v1/auth/refresh'), '401 invalid_refresh_token')
      expectProblem(
        await service.client().post('/v1/auth/refresh', { json: {} }),

        '401 invalid_refresh_token',
      )
    })

    it('takes the refresh cookie of a client that also sends a Bearer token', async () => {
      const client = await service.aUser()
      client.bearer = 'expired'
      expect((await client.post('/v1/auth/refresh')).status).to.equal(200)
    })
  })

  describe('POST /v1/auth/logout', () => {
    it('ends the session on the server and clears the cookies', async () => {
      const client = await service.aUser()
      const kept = new Map(client.cookies)
      const reply = await client.post('/v1/auth/logout')
      expect(reply.status).to.equal(204)
      expect(reply.headers.get('clear-site-data')).to.equal('"cookies"')
      expect(client.cookies.size).to.equal(0)
      for (const [name, value] of kept) client.cookies.set(name, value)
      expectProblem(await client.get('/v1/auth/me'), '401 not_authenticated')
      expectProblem(await client.post('/v1/auth/refresh'), '401 invalid_refresh_token')
      const again = await client.post('/v1/auth/logout')
      expectProblem(again, '401 not_authenticated')
      expect(again.headers.get('clear-site-data')).to.equal('"cookies"')
      expect(client.cookies.size).to.equal(0)
    })

    it('works with an access token that has expired', async () => {
      const client = await service.aUser()
      service.backend.clock.advance(3600)
      expectProblem(await client.get('/v1/auth/me'), '401 not_authenticated')
      expect((await client.post('/v1/auth/logout')).status).to.equal(204)
    })

    it('ends the session of the Bearer token, not that of the cookies', async () => {
      const client = await service.aUser()
      const phone = await service.logIn(ann.email)
      client.bearer = phone.cookies.get('__Host-access_token')
      await client.post('/v1/auth/logout', {
        headers: { Cookie: [...client.cookies].map((c) => c.join('=')).join('; ') },
      })
      client.bearer = undefined
      expectProblem(await phone.get('/v1/auth/me'), '401 not_authenticated')
    })

    it('refuses where there is no session', async () => {
      expectProblem(await service.client().post('/v1/auth/logout'), '401 not_authenticated')
      const client = await service.aUser()
      client.bearer = 'nonsense'
      expectProblem(await client.post('/v1/auth/logout'), '401 not_authenticated')
    })
  })
})
