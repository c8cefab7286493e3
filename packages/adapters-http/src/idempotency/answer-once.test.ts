import { expect } from 'chai'
import { answersOnce, isUnsafe } from '../route.ts'
import { routes } from '../routes/index.ts'
import { aService, mp3, password, uploadForm, type Service } from '../testing/a-service.ts'
import { answerOf } from '../testing/answer-of.ts'
import { expectProblem } from '../testing/expect-problem.ts'

describe('an Idempotency-Key', () => {
  let service: Service
  beforeEach(async () => {
    service = await aService()
  })
  afterEach(() => service.close())

  const countBegun = (): { count: number } => {
    const begun = { count: 0 }
    const { idempotency } = service.backend
    const begin = idempotency.begin.bind(idempotency)
    idempotency.begin = (attempt) => {
      begun.count++
      return begin(attempt)
    }
    return begun
  }

  it('counts on every unsafe route but the start of a sign-in and the requests of tus', () => {
    const without = routes.filter((route) => isUnsafe(route.method) && !answersOnce(route))
    expect(without.map(({ name }) => name)).to.have.members([
      'beginYandexLogin',
      'beginUpload',
      'appendToUpload',
      'cancelUpload',
    ])
    for (const route of routes) if (!isUnsafe(route.method)) expect(answersOnce(route)).to.equal(false)
  })

  it('costs nothing where there is none', async () => {
    const begun = countBegun()
    const client = await service.aUser()
    await client.post('/v1/audio/file', { body: uploadForm() })
    await client.patch('/v1/auth/me', { json: { name: 'Anna' } })
    await client.get('/v1/auth/me', { headers: { 'Idempotency-Key': 'of no use' } })
    await client.post('/v1/auth/yandex/login', { headers: { 'Idempotency-Key': 'k' } })
    expect(begun.count).to.equal(0)
    await client.patch('/v1/auth/me', { json: { name: 'Anne' }, headers: { 'Idempotency-Key': 'k' } })
    expect(begun.count).to.equal(1)
  })

  it('is the own one of each user', async () => {
    const headers = { 'Idempotency-Key': 'the-same' }
    const names = []
    for (const email of ['ann@example.com', 'zoe@example.com']) {
      const client = await service.aUser(email)
      const reply = await client.patch('/v1/auth/me', { json: { name: 'Same' }, headers })
      expect(reply.headers.get('idempotency-replayed')).to.equal(null)
      names.push(reply.body.email)
    }
    expect(names).to.deep.equal(['ann@example.com', 'zoe@example.com'])
  })

  it('tells a stranger nothing of what another stranger asked', async () => {
    const headers = { 'Idempotency-Key': '1' }
    await service.register('ann@example.com')
    const logIn = (email: string, secret: string) =>
      service.client().post('/v1/auth/login', { json: { email, password: secret }, headers })
    expect((await logIn('ann@example.com', password)).status).to.equal(200)
    const guess = await logIn('ann@example.com', `${password}!`)
    expectProblem(guess, '401 invalid_credentials')
    expect(guess.headers.get('idempotency-replayed')).to.equal(null)

    await service.aUser('zoe@example.com')
    const [ann, zoe] = [await service.logIn('ann@example.com'), await service.logIn('zoe@example.com')]
    for (const client of [ann, zoe]) {
      const reply = await client.post('/v1/auth/refresh', { json: {}, headers })
      expect(reply.headers.get('idempotency-replayed')).to.equal(null)
      expect(reply.body.email).to.equal(client === ann ? 'ann@example.com' : 'zoe@example.com')
    }
  })

  it('counts for 24 hours', async () => {
    const client = await service.aUser()
    const accessToken = () => client.cookies.get('__Host-access_token')
    expect(accessToken()).to.not.equal(undefined)
    const change = () =>
      client.patch('/v1/auth/me', { json: { name: 'Anna' }, headers: { 'Idempotency-Key': 'k' } })
    await change()
    const { clock } = service.backend
    clock.advance(24 * 3600 - 10)
    await client.post('/v1/auth/refresh')
    expect((await change()).headers.get('idempotency-replayed')).to.equal('true')
    clock.advance(11)
    expect((await change()).headers.get('idempotency-replayed')).to.equal(null)
  })

  it('keeps a refusal of what was asked, and none of when or by whom', async () => {
    const ann = await service.aUser()
    await service.register('zoe@example.com')
    const change = (json: object, key: string) =>
      ann.patch('/v1/auth/me', { json, headers: { 'Idempotency-Key': key } })
    const taken = { email: 'zoe@example.com', current_password: password }
    const first = await change(taken, 'a')
    expectProblem(first, '409 email_taken')
    const second = await change(taken, 'a')
    expect(answerOf(second)).to.deep.equal(answerOf(first))
    expect(second.headers.get('idempotency-replayed')).to.equal('true')

    const wrong = { email: 'anna@example.com', current_password: 'wrong' }
    for (let attempt = 0; attempt < 2; attempt++) {
      const refused = await change(wrong, 'b')
      expectProblem(refused, '403 wrong_password')
      expect(refused.headers.get('idempotency-replayed')).to.equal(null)
    }
    service.backend.hasher.busy = true
    const right = { email: 'anna@example.com', current_password: password }
    expectProblem(await change(right, 'b'), '503 too_busy')
    service.backend.hasher.busy = false
    expect((await change(right, 'b')).status).to.equal(200)
  })

  it('is not spent by a request that is not even valid', async () => {
    const ann = await service.aUser()
    const headers = { 'Idempotency-Key': 'k' }
    expect((await ann.patch('/v1/auth/me', { json: { name: 7 }, headers })).status).to.equal(422)
    expect((await ann.patch('/v1/auth/me', { json: { name: 'Seven' }, headers })).status).to.equal(200)
  })

  it('means the request and not its spelling', async () => {
    const ann = await service.aUser()
    const headers = { 'Idempotency-Key': '"k"', 'Content-Type': 'application/json' }
    await ann.patch('/v1/auth/me', { body: '{"name":"A","surname":"B"}', headers })
    const again = await ann.patch('/v1/auth/me/', {
      body: ' {"surname":"B", "name":"\\u0041"}',
      headers: { ...headers, 'Idempotency-Key': 'k' },
    })
    expect(again.headers.get('idempotency-replayed')).to.equal('true')
  })

  it('is freed when the process that held it has died', async () => {
    const ann = await service.aUser()
    const { users, clock } = service.backend
    const update = users.update.bind(users)
    let called = 0
    users.update = (...values) => (called++ === 0 ? new Promise(() => undefined) : update(...values))
    const change = () =>
      ann.patch('/v1/auth/me', { json: { name: 'Anna' }, headers: { 'Idempotency-Key': 'k' } })
    void change().catch(() => undefined)
    while (called === 0) await new Promise((resolve) => setTimeout(resolve, 5))
    expectProblem(await change(), '409 idempotency_key_in_use')
    clock.advance(29)
    expectProblem(await change(), '409 idempotency_key_in_use')
    clock.advance(1)
    expect((await change()).body.name).to.equal('Anna')
  })

  it('does not take back what was done where the answer cannot be kept', async () => {
    const ann = await service.aUser()
    service.backend.idempotency.answer = () => Promise.reject(new Error('connection lost'))
    const reply = await ann.patch('/v1/auth/me', {
      json: { name: 'Anna' },
      headers: { 'Idempotency-Key': 'k' },
    })
    expect([reply.status, reply.body.name]).to.deep.equal([200, 'Anna'])
    expect(service.logged.join('')).to.include('could not be kept').and.include('connection lost')
  })

  it('reads a repeated upload whatever its boundary, and keeps nothing of it', async () => {
    const ann = await service.aUser()
    const upload = (content: Buffer, title: string) =>
      ann.post('/v1/audio/file', {
        body: uploadForm(content, { title }),
        headers: { 'Idempotency-Key': 'k' },
      })
    const first = await upload(mp3(), 'One')
    expect(first.status).to.equal(201)
    const again = await upload(mp3(), 'One')
    expect(answerOf(again)).to.deep.equal(answerOf(first))
    expectProblem(await upload(mp3(), 'Two'), '422 idempotency_key_reused')
    expectProblem(await upload(mp3(4999), 'One'), '422 idempotency_key_reused')
    expectProblem(await upload(mp3(300_000), 'One'), '413 content_too_large')
    expect(await objects(service)).to.equal(1)
  })

  it('names the audio of an upload whose answer got lost, and is not spent by a retry with other bytes', async () => {
    const ann = await service.aUser()
    const { audio, idempotency, clock } = service.backend
    const upload = (content: Buffer) =>
      ann.post('/v1/audio/file', { body: uploadForm(content), headers: { 'Idempotency-Key': 'k' } })
    const answer = idempotency.answer.bind(idempotency)
    idempotency.answer = () => Promise.reject(new Error('connection lost'))
    const first = await upload(mp3())
    idempotency.answer = answer
    clock.advance(30)
    const findMadeFor = audio.findMadeFor.bind(audio)
    // Found at once, and found only when both have been stored.
    for (const find of [findMadeFor, async () => undefined]) {
      audio.findMadeFor = find
      expectProblem(await upload(mp3(4999)), '422 idempotency_key_reused')
    }
    audio.findMadeFor = findMadeFor
    for (let times = 0; times < 2; times++) {
      const again = await upload(mp3())
      expect([again.status, again.body.id]).to.deep.equal([201, first.body.id])
    }
    expect(await objects(service)).to.equal(1)
  })

  it('stores one object a key, of 5 uploads at once under each of 100 keys', async function () {
    this.timeout(60_000)
    await service.close()
    service = await aService()
    const ann = await service.aUser()
    const outcomes = new Map<string, number>()
    for (let round = 0; round < 100; round++) {
      const headers = { 'Idempotency-Key': `key-${round}` }
      const send = () => ann.post('/v1/audio/file', { body: uploadForm(mp3(1000 + round)), headers })
      const replies = await Promise.all(Array.from({ length: 5 }, send))
      const stored = replies.filter(({ status }) => status === 201)
      expect(stored).to.not.have.lengthOf(0)
      expect(new Set(stored.map(({ body }) => body.id)).size).to.equal(1)
      for (const { status } of replies) {
        expect(status).to.be.oneOf([201, 409])
        outcomes.set(String(status), (outcomes.get(String(status)) ?? 0) + 1)
      }
      expect(await objects(service)).to.equal(round + 1)
    }
    expect(outcomes.get('201')).to.be.at.least(100)
  })
})

async function objects({ backend }: Service): Promise<number> {
  let count = 0
  for await (const content of backend.contents.list()) count += content.id === '' ? 0 : 1
  return count
}
