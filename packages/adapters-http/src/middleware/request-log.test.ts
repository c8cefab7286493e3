import { expect } from 'chai'
import { Readable } from 'node:stream'
import { aService, password, uploadForm } from '../testing/a-service.ts'
import { RawConnection } from '../testing/raw-connection.ts'
import { expectProblem } from '../testing/expect-problem.ts'

const lines = (logged: readonly string[]) => logged.map((line) => JSON.parse(line) as Record<string, unknown>)

describe('the request log', () => {
  it('has one line a request, with the route and not the path', async () => {
    const service = await aService()
    const client = await service.aUser()
    const { id } = (await client.get('/v1/auth/me')).body
    service.logged.length = 0
    await client.get('/v1/audio/file/01939c1e-7a4b-7cc3-9f7e-2b1d3c4e5f60?download=secret')
    await service.close()
    expect(service.logged).to.have.lengthOf(1)
    const [line] = lines(service.logged)
    expect(line).to.include({ method: 'GET', route: '/v1/audio/file/{id}', status: 404, user_id: id })
    expect(line?.duration_ms).to.be.a('number')
    expect(line?.bytes).to.be.above(100)
    expect(service.logged.join('')).to.not.include('01939c1e').and.not.include('secret')
  })

  it('carries the id that the client is told, its own where it is a sane one', async () => {
    const service = await aService()
    const given = await service.client().get('/livez', { headers: { 'X-Request-Id': 'trace-1.a_b' } })
    expect(given.headers.get('x-request-id')).to.equal('trace-1.a_b')
    for (const odd of ['', 'x'.repeat(101), 'a b', 'a"b', '{}', '<script>']) {
      const reply = await service.client().get('/livez', { headers: { 'X-Request-Id': odd } })
      expect(reply.headers.get('x-request-id')).to.match(/^[0-9a-f-]{36}$/)
    }
    await service.close()
    const ids = lines(service.logged).map((line) => line.request_id)
    expect(ids).to.deep.equal(service.sent.map(({ headers }) => headers.get('x-request-id')))
  })

  it('says what went wrong on the server, and the client does not hear it', async () => {
    const service = await aService()
    const fault = new Error('connection to 10.0.0.5 lost for ann@example.com')
    service.backend.users.list = () => Promise.reject(new TypeError('cannot list', { cause: fault }))
    const admin = await service.anAdmin()
    const reply = await admin.get('/v1/user/')
    expectProblem(reply, '500 internal_error')
    expect(reply.text).to.not.include('10.0.0.5').and.not.include('cannot list')
    await service.close()
    const line = lines(service.logged).find(({ code }) => code === 'internal_error')
    expect(line).to.include({ request_id: reply.headers.get('x-request-id'), route: '/v1/user/' })
    expect(line?.error).to.have.nested.property('cause.message', 'connection to 10.0.0.5 lost for [e-mail]')
    expect(line?.error).to.have.property('stack')
  })

  it('says that the database is away, and when to come back', async () => {
    const service = await aService()
    const away = Object.assign(new Error('ECONNREFUSED'), {
      code: 'database_unavailable',
      retryAfterSeconds: 5,
    })
    service.backend.passwords.findByEmail = () => Promise.reject(away)
    const json = { email: 'ann@example.com', password }
    const reply = await service.client().post('/v1/auth/login', { json })
    expectProblem(reply, '503 database_unavailable')
    expect(reply.headers.get('retry-after')).to.equal('5')
    await service.close()
  })

  it('counts the bytes of each reply alone, also where a client asks ahead', async () => {
    const service = await aService()
    const ask = (path: string, headers = ''): string => `GET ${path} HTTP/1.1\r\nHost: a\r\n${headers}\r\n`
    const connection = await RawConnection.open(service.port)
    await connection.send(
      ask('/openapi.json') + ask('/livez') + ask('/openapi.json', 'Connection: close\r\n'),
    )
    const { received } = await connection.closed()
    await service.close()
    const replies = received.toString('latin1').split(/(?=HTTP\/1\.1 )/)
    expect(replies).to.have.lengthOf(3)
    expect(lines(service.logged).map(({ bytes }) => bytes)).to.deep.equal(replies.map(({ length }) => length))
  })

  it('marks a reply that was cut, and keeps quiet about a client that left', async () => {
    const service = await aService()
    const client = await service.aUser()
    const upload = await client.post('/v1/audio/file', { body: uploadForm() })
    const open = async (): Promise<Readable> => {
      const hanging = new Readable({ read: () => undefined })
      hanging.push('ID3')
      return hanging
    }
    Object.assign(service.backend.contents, { open, acquire: undefined })
    service.logged.length = 0
    const abort = new AbortController()
    const Cookie = [...client.cookies].map((pair) => pair.join('=')).join('; ')
    const { signal } = abort
    const response = await fetch(`${service.origin}${upload.headers.get('location') ?? ''}`, {
      headers: { Cookie },
      signal,
    }).catch(() => undefined)
    abort.abort()
    await response?.arrayBuffer().catch(() => undefined)
    await service.close()
    expect(lines(service.logged)).to.have.lengthOf(1)
    expect(lines(service.logged)[0]).to.include({ status: 200, cut: true })
  })
})
