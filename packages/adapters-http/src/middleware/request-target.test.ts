import { expect } from 'chai'
import fc from 'fast-check'
import { aService, type Service } from '../testing/a-service.ts'
import { exchange, type RawReply } from '../testing/raw-connection.ts'
import { originFormOf } from './request-target.ts'

describe('originFormOf', () => {
  const cases: readonly (readonly [string, string | undefined])[] = [
    ['/', '/'],
    ['/a/../b%20c?d=%zz&e=http://f', '/a/../b%20c?d=%zz&e=http://f'],
    ['http://host', '/'],
    ['HTTPS://host:8000/a?b', '/a?b'],
    ['http://[::1]:80?b', '/?b'],
    ['http://host?a=b@c', '/?a=b@c'],
    ['', undefined],
    ['a', undefined],
    ['host:443', undefined],
    ['*', undefined],
    ['http://', undefined],
    ['http:///a', undefined],
    ['http://?a', undefined],
    ['http://[', undefined],
    ['http://[::1', undefined],
    ['http://host:99999/', undefined],
    ['http://user:password@host/', undefined],
    ['http://a b/', undefined],
    ['ftp://', undefined],
    ['ftp://host/', undefined],
    ['file:///etc/passwd', undefined],
    ['javascript:alert(1)', undefined],
    ['//', undefined],
    ['//host/a', undefined],
    ['http://host//a', undefined],
    ['/a#b', undefined],
    ['/%', undefined],
    ['/%2', undefined],
    ['/a%zz?b', undefined],
    ['http://host/%g0', undefined],
  ]
  for (const [target, expected] of cases) {
    it(`maps ${JSON.stringify(target)} to ${JSON.stringify(expected)}`, () => {
      expect(originFormOf(target)).to.equal(expected)
    })
  }

  it('returns a path of the same site or nothing for any string', () => {
    const targets = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string().map((rest) => `http://${rest}`),
      fc.string().map((rest) => `/${rest}`),
    )
    fc.assert(
      fc.property(targets, (target) => {
        const originForm = originFormOf(target)
        if (originForm !== undefined) expect(originForm).to.match(/^\/(?!\/)[^#]*$/)
      }),
    )
  })
})

describe('request targets on a connection', () => {
  let service: Service
  beforeEach(async () => {
    service = await aService()
  })
  afterEach(() => service.close())

  const send = (line: string): Promise<RawReply> =>
    exchange(service.port, `${line} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`)

  const malformed = [
    ...['http://', 'http://[', 'http://?', 'https://:80/', 'http://user@host/', 'ftp://', 'ftp://host/livez'],
    ...['file:///', '//', '//host/livez', '*', '/livez#fragment', '/%', '/v1/audio/file/%zz', '/v1/%e'],
  ]
  for (const target of malformed) {
    it(`rejects ${target} with a problem that has all headers`, async () => {
      const reply = await send(`GET ${target}`)
      expect(reply.status, reply.body).to.equal(400)
      expect(reply.headers['content-type']).to.equal('application/problem+json')
      const problem = JSON.parse(reply.body) as Record<string, unknown>
      expect(problem).to.include({ status: 400, code: 'malformed_request' })
      expect(problem.request_id).to.be.a('string').and.equal(reply.headers['x-request-id'])
      expect(reply.headers).to.include({
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'cross-origin-resource-policy': 'same-origin',
      })
      expect(reply.headers).to.include.keys('content-security-policy', 'strict-transport-security')
      const line = service.logged.map((each) => JSON.parse(each) as Record<string, unknown>).at(-1)
      expect(line).to.include({ msg: 'request', status: 400, request_id: problem.request_id })
    })
  }

  const absolute = ['http://host/livez', 'HTTP://HOST:8000/livez?x', 'https://[::1]/livez/']
  for (const target of absolute) {
    it(`serves the path of ${target}`, async () => {
      const reply = await send(`GET ${target}`)
      expect(reply.status, reply.body).to.equal(200)
      expect(JSON.parse(reply.body)).to.include({ status: 'ok' })
    })
  }

  it('reads path parameters, query and instance of an absolute target', async () => {
    const found = await send('GET http://host/problems/too_busy?x=y')
    expect(JSON.parse(found.body)).to.include({ code: 'too_busy' })
    const absent = await send('GET http://host/problems/unheard_of?x=y')
    expect(JSON.parse(absent.body)).to.include({ status: 404, instance: '/problems/unheard_of' })
  })

  it('answers OPTIONS * with the methods of the server', async () => {
    const reply = await send('OPTIONS *')
    expect(reply.status).to.equal(204)
    expect(reply.headers.allow).to.include('PATCH')
  })
})
