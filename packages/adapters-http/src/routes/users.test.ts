import { expect } from 'chai'
import { aService, mp3, uploadForm, type Service } from '../testing/a-service.ts'
import { expectProblem } from '../testing/expect-problem.ts'
import type { TestClient } from '../testing/test-client.ts'

const unknownId = '01939c1e-7a4b-7cc3-9f7e-2b1d3c4e5f60'

describe('administering users', () => {
  let service: Service
  let admin: TestClient
  beforeEach(async () => {
    service = await aService()
    admin = await service.anAdmin()
  })
  afterEach(() => service.close())

  describe('POST /v1/user/get_user', () => {
    it('finds a user by id or by address', async () => {
      const user = (await service.register('ann@example.com')).body
      const byId = await admin.post('/v1/user/get_user', { json: { id: user.id } })
      const byEmail = await admin.post('/v1/user/get_user', { json: { email: 'ANN@example.com' } })
      expect(byId.body).to.deep.equal(user)
      expect(byEmail.body).to.deep.equal(user)
    })

    it('says where there is none', async () => {
      for (const json of [{ id: unknownId }, { email: 'nobody@example.com' }, { email: 'not an address' }]) {
        expectProblem(await admin.post('/v1/user/get_user', { json }), '404 user_not_found')
      }
    })

    it('wants exactly one of the two', async () => {
      for (const json of [{}, { id: unknownId, email: 'ann@example.com' }]) {
        expectProblem(await admin.post('/v1/user/get_user', { json }), '422 invalid_input')
      }
      expectProblem(await admin.post('/v1/user/get_user', { json: { id: 'x' } }), '422 invalid_input', '/id')
    })
  })

  describe('PUT /v1/user/update_user', () => {
    it('changes what is named and nothing else', async () => {
      const user = (await service.register('ann@example.com')).body
      const reply = await admin.put('/v1/user/update_user', {
        json: { id: user.id, name: 'Anna', is_admin: true },
      })
      expect(reply.status).to.equal(200)
      expect(reply.body).to.deep.include({
        ...user,
        name: 'Anna',
        is_admin: true,
        updated_at: reply.body.updated_at,
      })
    })

    it('signs out whom it disables, at once', async () => {
      const client = await service.aUser()
      const { id } = (await client.get('/v1/auth/me')).body
      await admin.put('/v1/user/update_user', { json: { id, is_active: false } })
      expectProblem(await client.get('/v1/auth/me'), '401 not_authenticated')
      expectProblem(await client.post('/v1/auth/refresh'), '401 invalid_refresh_token')
    })

    it('takes and gives the role from the next request on', async () => {
      const client = await service.aUser()
      const { id } = (await client.get('/v1/auth/me')).body
      expectProblem(await client.get('/v1/user/'), '403 admin_required')
      await admin.put('/v1/user/update_user', { json: { id, is_admin: true } })
      expect((await client.get('/v1/user/')).status).to.equal(200)
      await admin.put('/v1/user/update_user', { json: { id, is_admin: false } })
      expectProblem(await client.get('/v1/user/'), '403 admin_required')
    })

    it('refuses what cannot be', async () => {
      const { id } = (await service.register('ann@example.com')).body
      const me = (await admin.get('/v1/auth/me')).body.id
      const send = (json: object) => admin.put('/v1/user/update_user', { json })
      expectProblem(await send({ id: unknownId, name: 'X' }), '404 user_not_found')
      expectProblem(await send({ id, email: 'admin@example.com' }), '409 email_taken')
      expectProblem(await send({ id: me, is_admin: false }), '409 last_admin')
      expectProblem(await send({ id: me, is_active: false }), '409 last_admin')
      expectProblem(await send({ name: 'X' }), '422 invalid_input', '/id')
      expectProblem(await send({ id, is_admin: 'yes' }), '422 invalid_input', '/is_admin')
      expectProblem(await send({ id, password: 'another long password' }), '422 invalid_input', '/password')
      expectProblem(await send({ id, email: 'x' }), '422 invalid_input', '/email')
    })
  })

  describe('DELETE /v1/user/delete_user', () => {
    it('removes the user with sessions and audio, bytes included', async () => {
      const client = await service.aUser()
      const { id } = (await client.get('/v1/auth/me')).body
      await client.post('/v1/audio/file', { body: uploadForm(mp3()) })
      const path = `/v1/user/delete_user?id=${String(id)}`
      expect((await admin.delete(path)).status).to.equal(204)
      expectProblem(await client.get('/v1/audio/'), '401 not_authenticated')
      expectProblem(await admin.delete(path), '404 user_not_found')
      const kept = []
      for await (const content of service.backend.contents.list()) kept.push(content)
      expect(kept).to.deep.equal([])
    })

    it('refuses to remove the last administrator, nobody, and what is no id', async () => {
      const me = (await admin.get('/v1/auth/me')).body.id
      expectProblem(await admin.delete(`/v1/user/delete_user?id=${String(me)}`), '409 last_admin')
      for (const query of ['', '?id=', '?id=x', '?id[]=x', `?id=${unknownId}&id=${unknownId}`]) {
        const reply = await admin.delete(`/v1/user/delete_user${query}`)
        expectProblem(reply, '422 invalid_input', '/id')
      }
    })
  })

  describe('GET /v1/user/', () => {
    it('pages through all users and searches among them', async () => {
      for (const name of ['a', 'b', 'c']) {
        service.backend.clock.advance(1)
        await service.register(`${name}@example.com`)
      }
      const emails: unknown[] = []
      let path: string | undefined = '/v1/user/?limit=2'
      while (path !== undefined) {
        const page = await admin.get(path)
        emails.push(...(page.body.items as Record<string, unknown>[]).map(({ email }) => email))
        path = /^<([^>]+)>; rel="next"$/.exec(page.headers.get('link') ?? '')?.[1]
        expect(path === undefined).to.equal(page.body.next_cursor === null)
      }
      expect(emails).to.deep.equal(['c@example.com', 'b@example.com', 'a@example.com', 'admin@example.com'])
      const found = await admin.get('/v1/user/?q=B%40EXAMPLE')
      expect(found.body.items).to.have.lengthOf(1)
    })
  })
})
