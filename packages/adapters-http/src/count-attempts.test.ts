import { expect } from 'chai'
import { aService, password, type Service } from './testing/a-service.ts'
import { expectProblem } from './testing/expect-problem.ts'
import type { TestReply } from './testing/test-client.ts'

describe('rate limits', () => {
  let service: Service
  beforeEach(async () => {
    service = await aService({ rateLimits: 'on', trustedProxies: ['loopback'] })
  })
  afterEach(() => service.close())

  const from = (address: string) => ({ 'X-Forwarded-For': address })
  const logIn = (secret: string, { email = 'ann@example.com', address = '198.51.100.1' } = {}) =>
    service.client().post('/v1/auth/login', { json: { email, password: secret }, headers: from(address) })
  const times = async (
    count: number,
    send: (n: number) => Promise<TestReply>,
  ): Promise<readonly TestReply[]> => {
    const replies: TestReply[] = []
    for (let n = 0; n < count; n++) replies.push(await send(n))
    return replies
  }

  it('stop guessing at one account from one address, and say when to go on', async () => {
    await service.register('ann@example.com')
    const guesses = await times(10, () => logIn('wrong'))
    expect(guesses.map(({ headers }) => headers.get('ratelimit-remaining'))).to.deep.equal([
      '9',
      '8',
      '7',
      '6',
      '5',
      '4',
      '3',
      '2',
      '1',
      '0',
    ])
    for (const guess of guesses) expectProblem(guess, '401 invalid_credentials')
    for (const email of ['ann@example.com', 'ANN@EXAMPLE.COM', ' Ann@example.com ']) {
      const refused = await logIn(password, { email })
      expectProblem(refused, '429 rate_limited')
      expect(refused.headers.get('retry-after')).to.equal('300')
      expect(refused.headers.get('ratelimit-limit')).to.equal('10')
      expect(refused.headers.get('ratelimit-remaining')).to.equal('0')
      expect(refused.headers.get('ratelimit-reset')).to.equal('300')
    }
    service.backend.clock.advance(300)
    expect((await logIn(password)).status).to.equal(200)
  })

  it('do not lock the owner out from elsewhere, nor others at the same address', async () => {
    await service.register('ann@example.com')
    await service.register('ben@example.com')
    await times(11, () => logIn('wrong'))
    expect((await logIn(password, { address: '198.51.100.2' })).status).to.equal(200)
    expect((await logIn(password, { email: 'ben@example.com' })).status).to.equal(200)
  })

  it('do not count those who know their password', async () => {
    await service.register('ann@example.com')
    for (const reply of await times(30, () => logIn(password))) {
      expect(reply.status).to.equal(200)
      expect(reply.headers.get('ratelimit-remaining')).to.equal('10')
    }
  })

  it('do not count faults of the server', async () => {
    service.backend.hasher.busy = true
    for (const reply of await times(12, () => logIn('wrong'))) expectProblem(reply, '503 too_busy')
  })

  it('stop guessing at many accounts from one address, and from the rest of its IPv6 network', async () => {
    const guess = (n: number) =>
      logIn('wrong', { email: `user${n}@example.com`, address: `2001:db8::${n.toString(16)}` })
    const replies = await times(101, guess)
    expect(replies.filter(({ status }) => status === 401)).to.have.lengthOf(100)
    expectProblem(replies.at(-1) ?? (await guess(0)), '429 rate_limited')
    const neighbour = await logIn('wrong', { email: 'x@example.com', address: '2001:db8:0:1::1' })
    expectProblem(neighbour, '401 invalid_credentials')
  })

  it('believe no forwarded address that a stranger wrote', async () => {
    const direct = await aService({ rateLimits: 'on', trustedProxies: [] })
    try {
      const statuses: number[] = []
      for (let n = 0; n < 12; n++) {
        const json = { email: 'ann@example.com', password: 'wrong' }
        const headers = {
          ...from(`198.51.100.${n}`),
          Forwarded: `for=198.51.100.${n}`,
          'X-Real-IP': `198.51.100.${n}`,
        }
        statuses.push((await direct.client().post('/v1/auth/login', { json, headers })).status)
      }
      expect(statuses.slice(10)).to.deep.equal([429, 429])
    } finally {
      await direct.close()
    }
  })

  it('bound registrations for one e-mail address and from one address', async () => {
    const register = (email: string, address: string) =>
      service.client().post('/v1/auth/registration', {
        json: { name: 'A', surname: 'B', email, password },
        headers: from(address),
      })
    const same = await times(61, () => register('ann@example.com', '198.51.100.1'))
    expect(same.map(({ status }) => status)).to.deep.equal([201, ...new Array<number>(59).fill(409), 429])
    // Nobody can keep somebody else from registering.
    expectProblem(await register('ann@example.com', '198.51.100.2'), '409 email_taken')
    const many = await times(101, (n) => register(`user${n}@example.com`, '203.0.113.1'))
    expect(many.filter(({ status }) => status === 201)).to.have.lengthOf(100)
    expectProblem(many[100] ?? (await register('x@example.com', '203.0.113.1')), '429 rate_limited')
  })

  it('bound refreshing by token', async () => {
    const refresh = () => service.client().post('/v1/auth/refresh', { json: { refresh_token: 'stolen' } })
    const replies = await times(61, refresh)
    expect(replies.filter(({ status }) => status === 401)).to.have.lengthOf(60)
    expectProblem(replies.at(-1) ?? (await refresh()), '429 rate_limited')
  })

  it('bound guessing at the password of a session that somebody holds', async () => {
    const client = await service.aUser()
    const guess = () =>
      client.patch('/v1/auth/me', { json: { email: 'x@example.com', current_password: 'guess' } })
    const replies = await times(11, guess)
    expect(replies.filter(({ status }) => status === 403)).to.have.lengthOf(10)
    expectProblem(replies.at(-1) ?? (await guess()), '429 rate_limited')
    expect((await client.patch('/v1/auth/me', { json: { name: 'Anna' } })).status).to.equal(200)
  })

  it('keep nothing by which somebody could be named', async () => {
    const keys: string[] = []
    const { rateLimiter } = service.backend
    const spied = await aService({
      rateLimits: 'on',
      rateLimiter: {
        consume: (limit, key) => {
          keys.push(key)
          return rateLimiter.consume(limit, key)
        },
        refund: (limit, key) => rateLimiter.refund(limit, key),
      },
    })
    await spied.aUser()
    await spied.close()
    expect(keys).to.have.lengthOf(4)
    for (const key of keys) expect(key).to.match(/^[\w-]{43}$/)
  })

  it('are off where they are turned off', async () => {
    const free = await aService({ rateLimits: 'off' })
    for (let n = 0; n < 15; n++) {
      const json = { email: 'ann@example.com', password: 'wrong' }
      const reply = await free.client().post('/v1/auth/login', { json })
      expectProblem(reply, '401 invalid_credentials')
      expect(reply.headers.has('ratelimit-limit')).to.equal(false)
    }
    await free.close()
  })
})
