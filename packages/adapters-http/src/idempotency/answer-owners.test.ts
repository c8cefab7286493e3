import { expect } from 'chai'
import { aService, mp3, password, uploadForm, type Service } from '../testing/a-service.ts'
import { expectProblem } from '../testing/expect-problem.ts'
import type { TestClient, TestReply } from '../testing/test-client.ts'

const email = 'ann@example.com'
const newPassword = 'another long password'
const headers = { 'Idempotency-Key': 'k' }
const person = { name: 'Ann', surname: 'Lee', email, password }

describe('the answer to a request with an Idempotency-Key', () => {
  let service: Service
  let ann: TestClient
  beforeEach(async () => {
    service = await aService()
    ann = await service.aUser()
  })
  afterEach(() => service.close())

  const logIn = (sent: Readonly<Record<string, string>> = {}): Promise<TestReply> =>
    service.client().post('/v1/auth/login', { json: { email, password }, headers: { ...headers, ...sent } })
  const isReplayed = (reply: TestReply): boolean => reply.headers.get('idempotency-replayed') === 'true'
  const sessionCount = async (): Promise<number> =>
    ((await ann.get('/v1/auth/sessions')).body.items as unknown[]).length
  const byAdmin = async (json: object): Promise<void> => {
    const admin = await service.anAdmin()
    const id = (await ann.get('/v1/auth/me')).body.id
    expect((await admin.put('/v1/user/update_user', { json: { id, ...json } })).status).to.equal(200)
  }

  describe('of a login', () => {
    const events: Readonly<Record<string, () => Promise<unknown>>> = {
      'the account is deleted': () => ann.delete('/v1/auth/me'),
      'an administrator deletes the account': async () => {
        const admin = await service.anAdmin()
        const id = String((await ann.get('/v1/auth/me')).body.id)
        await admin.delete(`/v1/user/delete_user?id=${id}`)
      },
      'the password changes': () =>
        ann.patch('/v1/auth/me', { json: { password: newPassword, current_password: password } }),
      'the e-mail address changes': () =>
        ann.patch('/v1/auth/me', { json: { email: 'anna@example.com', current_password: password } }),
      'an administrator deactivates the account': () => byAdmin({ is_active: false }),
      'an administrator changes the e-mail address': () => byAdmin({ email: 'anna@example.com' }),
    }
    for (const [what, happen] of Object.entries(events)) {
      it(`is not given again after ${what}`, async () => {
        expect((await logIn()).status).to.equal(200)
        expect(isReplayed(await logIn())).to.equal(true)
        await happen()
        const again = await logIn()
        expectProblem(again, '401 invalid_credentials')
        expect(isReplayed(again)).to.equal(false)
        expect(again.setCookies).to.deep.equal([])
      })
    }

    it('is not given again after its session has ended: a new session opens', async () => {
      const first = await logIn()
      const signedIn = service.client()
      signedIn.bearer = accessTokenOf(first)
      await signedIn.post('/v1/auth/logout')
      const again = await logIn()
      expect([again.status, isReplayed(again)]).to.deep.equal([200, false])
      signedIn.bearer = accessTokenOf(again)
      expect((await signedIn.get('/v1/auth/me')).status).to.equal(200)
    })

    it('is not given again after a sign-out everywhere else', async () => {
      await logIn()
      await ann.delete('/v1/auth/sessions')
      expect(isReplayed(await logIn())).to.equal(false)
    })

    it('is not given to another device that sends the same', async () => {
      const before = await sessionCount()
      const [phone, laptop] = [
        await logIn({ 'User-Agent': 'Phone' }),
        await logIn({ 'User-Agent': 'Laptop' }),
      ]
      expect(isReplayed(laptop)).to.equal(false)
      expect(accessTokenOf(phone)).to.not.equal(accessTokenOf(laptop))
      expect(await sessionCount()).to.equal(before + 2)
      expect(isReplayed(await logIn({ 'User-Agent': 'Phone' }))).to.equal(true)
    })

    it('is not given to another address that sends the same', async () => {
      const proxied = await aService({ trustedProxies: ['127.0.0.1'] })
      await proxied.register(email)
      const from = (address: string) =>
        proxied.client().post('/v1/auth/login', {
          json: { email, password },
          headers: { ...headers, 'X-Forwarded-For': address },
        })
      await from('192.0.2.1')
      expect(isReplayed(await from('192.0.2.2'))).to.equal(false)
      expect(isReplayed(await from('192.0.2.1'))).to.equal(true)
      await proxied.close()
    })
  })

  describe('of a refresh', () => {
    it('is not given again after the session has ended', async () => {
      const token = ann.cookies.get('__Host-refresh_token')
      const refresh = () =>
        service.client().post('/v1/auth/refresh', { json: { refresh_token: token }, headers })
      expect((await refresh()).status).to.equal(200)
      expect(isReplayed(await refresh())).to.equal(true)
      await ann.post('/v1/auth/logout')
      expectProblem(await refresh(), '401 invalid_refresh_token')
    })
  })

  describe('of a registration', () => {
    const register = (): Promise<TestReply> =>
      service
        .client()
        .post('/v1/auth/registration', { json: { ...person, email: 'zoe@example.com' }, headers })
    const zoe = (): Promise<TestClient> => service.logIn('zoe@example.com')

    it('is not given again after the account is deleted: a new account opens', async () => {
      const first = await register()
      expect(isReplayed(await register())).to.equal(true)
      await (await zoe()).delete('/v1/auth/me')
      const again = await register()
      expect([again.status, isReplayed(again)]).to.deep.equal([201, false])
      expect(again.body.id).to.not.equal(first.body.id)
    })

    it('is not given again after the password has changed', async () => {
      await register()
      await (
        await zoe()
      ).patch('/v1/auth/me', { json: { password: newPassword, current_password: password } })
      expectProblem(await register(), '409 email_taken')
    })

    it('is tried again after a refusal, once the address is free', async () => {
      const other = service.client()
      const taken = { json: person, headers }
      expectProblem(await other.post('/v1/auth/registration', taken), '409 email_taken')
      await ann.delete('/v1/auth/me')
      expect((await other.post('/v1/auth/registration', taken)).status).to.equal(201)
    })
  })

  it('of an upload still names its audio after a new password', async () => {
    const upload = () => ann.post('/v1/audio/file', { body: uploadForm(mp3()), headers })
    const first = await upload()
    await ann.patch('/v1/auth/me', { json: { password: newPassword, current_password: password } })
    expect((await upload()).body.id).to.equal(first.body.id)
    expect((await ann.get('/v1/audio/')).body.items).to.have.length(1)
  })

  it('of the change of a password is given again', async () => {
    const change = () =>
      ann.patch('/v1/auth/me', { json: { password: newPassword, current_password: password }, headers })
    expect((await change()).status).to.equal(200)
    expect(isReplayed(await change())).to.equal(true)
  })
})

const accessTokenOf = ({ setCookies }: TestReply): string | undefined =>
  /access_token=([^;]+)/.exec(setCookies.join())?.[1]
