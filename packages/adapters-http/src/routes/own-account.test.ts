import { expect } from 'chai'
import { aService, mp3, password, uploadForm, type Service } from '../testing/a-service.ts'
import { expectProblem } from '../testing/expect-problem.ts'

const itemsOf = (body: Readonly<Record<string, unknown>>) => body.items as Record<string, unknown>[]

describe('the own account', () => {
  let service: Service
  beforeEach(async () => {
    service = await aService()
  })
  afterEach(() => service.close())

  it('is shown to whom it belongs, by cookie or by Bearer token', async () => {
    const browser = await service.aUser()
    const shown = await browser.get('/v1/auth/me')
    expect(shown.body).to.include({ email: 'ann@example.com', name: 'Ann' })
    const script = service.client()
    script.bearer = browser.cookies.get('__Host-access_token')
    expect((await script.get('/v1/auth/me')).body).to.deep.equal(shown.body)
    expectProblem(await service.client().get('/v1/auth/me'), '401 not_authenticated')
  })

  describe('PATCH /v1/auth/me', () => {
    it('changes what is named and nothing else', async () => {
      const client = await service.aUser()
      const reply = await client.patch('/v1/auth/me', { json: { name: 'Anna' } })
      expect(reply.status).to.equal(200)
      expect(reply.body).to.include({ name: 'Anna', surname: 'Lee', email: 'ann@example.com' })
    })

    it('wants the current password for a new password or address', async () => {
      const client = await service.aUser()
      for (const json of [{ password: 'another long password' }, { email: 'new@example.com' }]) {
        const without = await client.patch('/v1/auth/me', { json })
        expectProblem(without, '403 wrong_password')
        expect(without.body.detail).to.include('needs current_password')
        const guessed = { ...json, current_password: 'guess' }
        expectProblem(await client.patch('/v1/auth/me', { json: guessed }), '403 wrong_password')
        const known = { ...json, current_password: 'password' in json ? password : 'another long password' }
        expect((await client.patch('/v1/auth/me', { json: known })).status).to.equal(200)
      }
    })

    it('signs everywhere else out with a new password', async () => {
      const client = await service.aUser()
      const other = await service.logIn('ann@example.com')
      await client.patch('/v1/auth/me', {
        json: { password: 'another long password', current_password: password },
      })
      expect((await client.get('/v1/auth/me')).status).to.equal(200)
      expectProblem(await other.get('/v1/auth/me'), '401 not_authenticated')
    })

    it('refuses an address that is taken, and roles', async () => {
      const client = await service.aUser()
      await service.register('ben@example.com')
      const json = { email: 'ben@example.com', current_password: password }
      expectProblem(await client.patch('/v1/auth/me', { json }), '409 email_taken')
      for (const field of ['is_admin', 'is_active', 'id']) {
        const reply = await client.patch('/v1/auth/me', { json: { [field]: true } })
        expectProblem(reply, '422 invalid_input', `/${field}`)
      }
    })
  })

  describe('DELETE /v1/auth/me', () => {
    it('removes the account, its sessions and its audio', async () => {
      const client = await service.aUser()
      const other = await service.logIn('ann@example.com')
      await client.post('/v1/audio/file', { body: uploadForm(mp3()) })
      const reply = await client.delete('/v1/auth/me')
      expect(reply.status).to.equal(204)
      expect(reply.headers.get('clear-site-data')).to.equal('"cookies"')
      expect(client.cookies.size).to.equal(0)
      expectProblem(await other.get('/v1/auth/me'), '401 not_authenticated')
      expect((await service.register('ann@example.com')).status).to.equal(201)
      const kept = []
      for await (const content of service.backend.contents.list()) kept.push(content)
      expect(kept).to.deep.equal([])
    })

    it('refuses to leave the service without an administrator', async () => {
      const admin = await service.anAdmin()
      expectProblem(await admin.delete('/v1/auth/me'), '409 last_admin')
    })
  })

  describe('sessions', () => {
    it('are listed, the current one marked', async () => {
      const client = await service.aUser()
      await service.logIn('ann@example.com')
      const items = itemsOf((await client.get('/v1/auth/sessions')).body)
      expect(items.map((session) => session.is_current)).to.have.members([true, false])
      expect(items[0]).to.have.all.keys(
        'id',
        'created_at',
        'refreshed_at',
        'expires_at',
        'user_agent',
        'is_current',
      )
    })

    it('are paged', async () => {
      const client = await service.aUser()
      await service.logIn('ann@example.com')
      const first = await client.get('/v1/auth/sessions?limit=1')
      const path = `/v1/auth/sessions?limit=1&cursor=${String(first.body.next_cursor)}`
      expect(first.headers.get('link')).to.equal(`<${path}>; rel="next"`)
      const last = await client.get(path)
      expect(last.body.next_cursor).to.equal(null)
      expect([...itemsOf(first.body), ...itemsOf(last.body)]).to.have.length(2)
      expectProblem(await client.get('/v1/auth/sessions?limit=0'), '422 invalid_input', '/limit')
      expectProblem(await client.get('/v1/auth/sessions?cursor=x'), '422 invalid_cursor', '/cursor')
    })

    it('end one by one', async () => {
      const client = await service.aUser()
      const other = await service.logIn('ann@example.com')
      const others = itemsOf((await client.get('/v1/auth/sessions')).body).filter(
        ({ is_current }) => !is_current,
      )
      const path = `/v1/auth/sessions/${String(others[0]?.id)}`
      const reply = await client.delete(path)
      expect(reply.status).to.equal(204)
      expect(reply.setCookies).to.deep.equal([])
      expectProblem(await other.get('/v1/auth/me'), '401 not_authenticated')
      expectProblem(await client.delete(path), '404 session_not_found')
    })

    it('clear the cookies where the current one ends', async () => {
      const client = await service.aUser()
      const [current] = itemsOf((await client.get('/v1/auth/sessions')).body)
      const reply = await client.delete(`/v1/auth/sessions/${String(current?.id)}`)
      expect(reply.status).to.equal(204)
      expect(client.cookies.size).to.equal(0)
    })

    it('of somebody else are not there', async () => {
      const client = await service.aUser()
      const stranger = await service.aUser('ben@example.com')
      const [session] = itemsOf((await client.get('/v1/auth/sessions')).body)
      for (const id of [session?.id, '01939c1e-7a4b-7cc3-9f7e-2b1d3c4e5f60', 'x', '%00', '..%2f']) {
        expectProblem(await stranger.delete(`/v1/auth/sessions/${String(id)}`), '404 session_not_found')
      }
      expect((await client.get('/v1/auth/me')).status).to.equal(200)
    })

    it('end everywhere but here', async () => {
      const client = await service.aUser()
      const others = [await service.logIn('ann@example.com'), await service.logIn('ann@example.com')]
      expect((await client.delete('/v1/auth/sessions')).status).to.equal(204)
      expect((await client.get('/v1/auth/me')).status).to.equal(200)
      for (const other of others) expectProblem(await other.get('/v1/auth/me'), '401 not_authenticated')
    })
  })
})
