import { expect } from 'chai'
import { isUnsafe } from '../route.ts'
import { routes } from '../routes/index.ts'
import { aService, type Service } from '../testing/a-service.ts'

const allowed = 'https://player.example.org'

const strangers = [
  'null',
  '*',
  'https://evil.org',
  'http://player.example.org',
  'https://player.example.org:8443',
  'https://player.example.org:443',
  'https://player.example.org/',
  'https://player.example.org.evil.org',
  'https://evilplayer.example.org',
  'https://evil.player.example.org',
  'https://example.org',
  'https://playerXexample.org',
  'https://PLAYER.example.org',
  'https://player.example.org@evil.org',
  'https://player.example.org, https://evil.org',
  'https://evil.org, https://player.example.org',
  'https://player.example.org https://evil.org',
  'https://player.example.org%00.evil.org',
  'https://player.example.org`.evil.org',
  'https://player.example.org_.evil.org',
  'https://player.example.orgx',
  'player.example.org',
  '//player.example.org',
  'https://player.example',
  'https://localhost',
  'http://127.0.0.1',
  'file://',
  'chrome-extension://abcdef',
  'data:',
  'https://рlayer.example.org',
]

describe('cross-origin requests', () => {
  let service: Service
  before(async () => {
    service = await aService({ corsOrigins: [allowed, 'null'] })
  })
  after(() => service.close())

  const preflight = (origin: string) =>
    service.client().send('OPTIONS', '/v1/audio/', {
      headers: {
        Origin: origin,
        'Access-Control-Request-Method': 'PATCH',
        'Access-Control-Request-Headers': 'content-type',
      },
    })

  it('are allowed, with credentials, from an origin of the list', async () => {
    const reply = await service.client().get('/v1/audio/', { headers: { Origin: allowed } })
    expect(reply.status).to.equal(401)
    expect(reply.headers.get('access-control-allow-origin')).to.equal(allowed)
    expect(reply.headers.get('access-control-allow-credentials')).to.equal('true')
    expect(reply.headers.get('access-control-expose-headers')).to.include('Content-Range')
  })

  it('are announced by a preflight', async () => {
    const reply = await preflight(allowed)
    expect(reply.status).to.equal(204)
    expect(reply.headers.get('access-control-allow-origin')).to.equal(allowed)
    expect(reply.headers.get('access-control-allow-methods')).to.include('PATCH')
    expect(reply.headers.get('access-control-allow-headers')).to.include('Content-Type')
    expect(reply.headers.get('access-control-max-age')).to.equal('600')
  })

  for (const origin of strangers) {
    it(`are told nothing from ${origin}`, async () => {
      const headers = { Origin: Buffer.from(origin).toString('latin1') }
      for (const reply of [
        await service.client().get('/livez', { headers }),
        await preflight(headers.Origin),
      ]) {
        for (const [name] of reply.headers) expect(name).to.not.match(/^access-control-/)
        expect(reply.headers.get('vary')).to.include('Origin')
      }
    })
  }

  it('may change things from an origin of the list', async () => {
    const client = await service.aUser('listed@example.com')
    const headers = { 'Sec-Fetch-Site': 'cross-site', Origin: allowed }
    expect((await client.patch('/v1/auth/me', { json: { name: 'Anna' }, headers })).status).to.equal(200)
    expect((await client.post('/v1/auth/logout', { headers })).status).to.equal(204)
  })

  const foreign = [
    { 'Sec-Fetch-Site': 'cross-site' },
    { 'Sec-Fetch-Site': 'same-site', Origin: 'https://audio.example.org:8443' },
    { 'Sec-Fetch-Site': 'same-site' },
    { Origin: 'https://evil.org' },
    { Origin: 'null' },
  ]
  for (const route of routes.filter(({ method }) => isUnsafe(method))) {
    it(`never reach ${route.method.toUpperCase()} ${route.path} from any other origin`, async () => {
      const method = route.method.toUpperCase()
      const withCookies = await service.aUser(`${route.name}@example.com`.toLowerCase())
      const withBearer = service.client()
      withBearer.bearer = withCookies.cookies.get('__Host-access_token')
      for (const headers of foreign) {
        for (const client of [withCookies, service.client()]) {
          const reply = await client.send(method, route.path, { headers })
          expect([reply.status, reply.body.code]).to.deep.equal([403, 'cross_site_request'])
          expect(reply.setCookies).to.deep.equal([])
        }
        if (route.path.includes('{id}')) continue
        const exempt = await withBearer.send(method, route.path, { headers, json: {} })
        expect(exempt.body.code).to.not.equal('cross_site_request')
      }
    })
  }
})
