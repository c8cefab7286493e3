import { expect } from 'chai'
import { aService, password, type Service } from '../testing/a-service.ts'
import { expectProblem } from '../testing/expect-problem.ts'
import type { TestClient, TestReply } from '../testing/test-client.ts'

interface Event {
  readonly event: string
  readonly actor_id: string | null
  readonly subject_id: string | null
  readonly address: string | null
  readonly created_at: string
  readonly details: Readonly<Record<string, unknown>>
}

describe('GET /v1/audit/', () => {
  let service: Service
  let admin: TestClient
  let ann: TestClient
  let annId: string
  beforeEach(async () => {
    service = await aService({ rateLimits: 'on', trustedProxies: ['127.0.0.1'] })
    admin = await service.anAdmin()
    ann = await service.aUser()
    annId = String((await ann.get('/v1/auth/me')).body.id)
  })
  afterEach(() => service.close())

  const list = async (query = ''): Promise<readonly Event[]> => {
    const reply = await admin.get(`/v1/audit/${query}`)
    expect(reply.status).to.equal(200)
    return reply.body.items as readonly Event[]
  }
  const eventsOf = async (query = ''): Promise<string[]> => (await list(query)).map(({ event }) => event)
  const guess = (address: string, given = 'wrong', email = 'ann@example.com'): Promise<TestReply> =>
    service.client().post('/v1/auth/login', {
      json: { email, password: given },
      headers: { 'X-Forwarded-For': address },
    })

  it('shows actor, action, subject, time and address', async () => {
    const headers = { 'X-Forwarded-For': '192.0.2.9' }
    await admin.put(`/v1/user/${annId}/quota`, { json: { quota_bytes: 5, quota_files: null }, headers })
    const adminId = String((await admin.get('/v1/auth/me')).body.id)
    const [event] = await list()
    expect(event).to.deep.include({
      event: 'user_quota_changed',
      actor_id: adminId,
      subject_id: annId,
      address: '192.0.2.9',
      created_at: service.backend.clock.now().toISOString(),
      details: { quota_bytes: 5, quota_files: null },
    })
  })

  it('is for administrators only', async () => {
    expectProblem(await ann.get('/v1/audit/'), '403 admin_required')
    expectProblem(await service.client().get('/v1/audit/'), '401 not_authenticated')
  })

  it('has no way to change or delete an event', async () => {
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) {
      expectProblem(await admin.send(method, '/v1/audit/'), '405 method_not_allowed')
    }
  })

  it('filters by event, actor, subject and time', async () => {
    const before = service.backend.clock.now().toISOString()
    service.backend.clock.advance(60)
    await guess('192.0.2.1')
    expect(await eventsOf('?event=sign_in_failed')).to.deep.equal(['sign_in_failed'])
    expect(await eventsOf(`?actor_id=${annId}`)).to.deep.equal(['sign_in', 'registration'])
    expect(await eventsOf(`?subject_id=${annId}&event=sign_in_failed`)).to.deep.equal(['sign_in_failed'])
    const after = service.backend.clock.now().toISOString()
    expect(await eventsOf(`?since=${after}`)).to.deep.equal(['sign_in_failed'])
    expect(await eventsOf(`?since=${after.replace('Z', '%2B00:00')}`)).to.deep.equal(['sign_in_failed'])
    expect(await eventsOf(`?until=${after}`)).to.not.include('sign_in_failed')
    expect(await eventsOf(`?since=${before}&until=${before}`)).to.deep.equal([])
  })

  it('refuses filters that mean nothing', async () => {
    for (const [query, field] of [
      ['event=nonsense', '/event'],
      ['actor_id=ann', '/actor_id'],
      ['subject_id=1', '/subject_id'],
      ['since=yesterday', '/since'],
      ['until=2026-13-01T00:00:00Z', '/until'],
      ['limit=0', '/limit'],
    ] as const) {
      expectProblem(await admin.get(`/v1/audit/?${query}`), '422 invalid_input', field)
    }
    expect((await admin.get('/v1/audit/?since=2026-11-28')).body.detail).to.equal(
      'since must be an RFC 3339 time, such as 2026-11-28T00:00:00Z',
    )
  })

  it('is paged, and the link keeps the filter', async () => {
    for (let index = 0; index < 5; index++) await guess(`192.0.2.${index + 1}`)
    const seen: Event[] = []
    let path: string | undefined = '/v1/audit/?limit=2&event=sign_in_failed'
    while (path !== undefined) {
      const reply: TestReply = await admin.get(path)
      seen.push(...(reply.body.items as Event[]))
      path = /<([^>]+)>/.exec(reply.headers.get('link') ?? '')?.[1]
    }
    const addresses = [5, 4, 3, 2, 1].map((last) => `192.0.2.${last}`)
    expect(seen.map(({ address }) => address)).to.deep.equal(addresses)
  })

  it('stores few rows of a flood of failures, and says that they were limited', async () => {
    for (let index = 0; index < 300; index++) {
      const email = `user${index % 40}@example.com`
      await guess('192.0.2.1', 'wrong', email)
    }
    expect(await eventsOf('?event=sign_in_failed&limit=100')).to.have.length(20)
    expect(await eventsOf('?event=sign_in_rate_limited&limit=100')).to.have.length(20)
  })

  it('answers a failed sign-in for a known and an unknown address after the same work', async () => {
    const work = async (email: string): Promise<readonly string[]> => {
      const before = service.backend.securityLog.events.length
      await guess('192.0.2.1', 'wrong', email)
      return service.backend.securityLog.events.slice(before).map(({ event }) => event)
    }
    expect(await work('ann@example.com')).to.deep.equal(await work('who@example.com'))
  })

  it('keeps ids, and no name, e-mail address or secret, after an account is deleted', async () => {
    await guess('192.0.2.1', 'wrong', 'nobody@example.com')
    const changed = {
      email: 'anna@example.com',
      password: 'another long password',
      current_password: password,
    }
    expect((await ann.patch('/v1/auth/me', { json: changed })).status).to.equal(200)
    expect((await ann.delete('/v1/auth/me')).status).to.equal(204)
    const events = await eventsOf(`?subject_id=${annId}`)
    expect(events).to.deep.equal([
      'account_deleted',
      'email_changed',
      'password_changed',
      'sign_in',
      'registration',
    ])
    const { text } = await admin.get('/v1/audit/?limit=100')
    for (const personal of ['example.com', 'Ann', 'Lee', 'another long'])
      expect(text).to.not.include(personal)
  })
})
