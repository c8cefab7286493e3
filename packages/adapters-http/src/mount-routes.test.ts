import { once } from 'node:events'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect } from 'chai'
import type { Actor } from '@audiohost/core'
import Koa from 'koa'
import { pino } from 'pino'
import { z } from 'zod'
import { reportErrors } from './middleware/report-errors.ts'
import { type MountOptions, mountRoutes, routerPath } from './mount-routes.ts'
import { errorCodesOf, route, type Route, type RouteServices } from './route.ts'
import { routes } from './routes/index.ts'
import { aService, type Service } from './testing/a-service.ts'
import { expectProblem } from './testing/expect-problem.ts'

/** A request whose path no client library has tidied up. */
function rawGet(port: number, path: string, headers: http.OutgoingHttpHeaders = {}) {
  return new Promise<{ status: number; type: string; text: string }>((resolve, reject) => {
    const request = http.request({ port, path, headers, host: '127.0.0.1' }, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0, type: response.headers['content-type'] ?? '', text })
      })
    })
    request.on('error', reject).end()
  })
}

describe('a route', () => {
  it('does not compile without saying who may call it', () => {
    const declared = {
      name: 'x',
      method: 'get',
      path: '/x',
      summary: 'x',
      tag: 'Service',
      replies: { 204: { description: 'x', body: 'none' } },
      errors: [],
      handle: async () => ({ status: 204 as const }),
    } as const
    // @ts-expect-error access is missing
    route(declared)
    route({ ...declared, access: 'admin' })
    // @ts-expect-error there is no such access
    route({ ...declared, access: 'everybody' })
    // @ts-expect-error there is no such code
    route({ ...declared, access: 'user', errors: ['email_takn'] })
    const wrongStatus = async () => ({ status: 200 as const })
    // @ts-expect-error the reply is not among the declared ones
    route({ ...declared, access: 'user', handle: wrongStatus })
    const wrongBody = async () => ({ status: 200 as const, body: { idd: 'x' } })
    const replies = { 200: { description: 'x', body: z.object({ id: z.string() }) } }
    // @ts-expect-error the body is not the documented one
    route({ ...declared, access: 'user', replies, handle: wrongBody })
    const asSomebody = async (request: { actor: Actor }) => ({ status: 204 as const, actor: request.actor })
    // @ts-expect-error a public route knows no actor
    route({ ...declared, access: 'public', handle: asSomebody })
    route({ ...declared, access: 'user', handle: asSomebody })
  })

  it('declares who may call it, has a name of its own and stands alone at its method and path', () => {
    expect(routes).to.have.lengthOf.above(25)
    for (const { access, path } of routes)
      expect(access, path).to.be.oneOf(['public', 'user', 'media', 'upload', 'admin'])
    expect(new Set(routes.map(({ name }) => name)).size).to.equal(routes.length)
    expect(new Set(routes.map(({ method, path }) => `${method} ${path}`)).size).to.equal(routes.length)
  })

  it('takes the media cookie only to read content, and expired access tokens only on an upload', () => {
    const of = (access: string) =>
      routes.filter((route) => route.access === access).map(({ method, path }) => `${method} ${path}`)
    expect(of('media')).to.deep.equal(['get /v1/audio/file/{id}'])
    expect(of('upload')).to.have.members(
      ['head', 'patch', 'delete'].map((method) => `${method} /v1/audio/uploads/{id}`),
    )
  })

  it('is public only where it is meant to be', () => {
    const isPublic = ({ access }: Route) => access === 'public'
    expect(routes.filter(isPublic).map(({ method, path }) => `${method} ${path}`)).to.deep.equal([
      'post /v1/auth/registration',
      'post /v1/auth/login',
      'post /v1/auth/refresh',
      'post /v1/auth/logout',
      'post /v1/auth/yandex/login',
      'get /v1/auth/yandex/callback',
      'options /v1/audio/uploads',
      'options /v1/audio/uploads/{id}',
      'get /livez',
      'get /readyz',
      'get /openapi.json',
      'get /metrics',
      'get /problems/{code}',
      'get /',
      'get /docs',
      'get /docs/{file}',
    ])
  })

  it('lets nobody but administrators in where the word is none of the three', async () => {
    const secret = {
      ...routes.find(({ name }) => name === 'getMe'),
      path: '/secret',
      access: 'everybody',
    } as unknown as Route
    const user = { id: 'u' }
    const authenticate = {
      execute: ({ accessToken }: { accessToken: string }) => ({
        user,
        actor: { isAdmin: accessToken === 'admin' },
      }),
    }
    const site = { publicUrl: new URL('http://localhost'), origins: [], maxUploadBytes: 1 }
    const app = new Koa().use(reportErrors(pino({ enabled: false }), site)).use(
      mountRoutes([{ ...secret, handle: async () => ({ status: 204 }) }], {
        services: { site, authenticate } as unknown as RouteServices,
        rateLimiter: undefined,
        // No key comes with the request, so nothing is asked of it.
        idempotency: undefined as unknown as MountOptions['idempotency'],
        trustedProxies: [],
      }),
    )
    const server = app.listen(0, '127.0.0.1')
    await once(server, 'listening')
    try {
      const { port } = server.address() as AddressInfo
      const status = async (authorization?: string) =>
        (await rawGet(port, '/secret', authorization === undefined ? {} : { authorization })).status
      expect([await status(), await status('Bearer user'), await status('Bearer admin')]).to.deep.equal([
        401, 403, 204,
      ])
    } finally {
      server.close()
    }
  })

  it('implies codes by what it is', () => {
    const upload = routes.find(({ name }) => name === 'uploadAudio')
    expect(upload && errorCodesOf(upload)).to.include.members([
      'not_authenticated',
      'cross_site_request',
      'unsupported_media_type',
      'not_audio',
    ])
  })
})

describe('routerPath', () => {
  it('speaks the language of the router, without a trailing slash', () => {
    expect(routerPath('/v1/audio/file/{id}/metadata')).to.equal('/v1/audio/file/:id/metadata')
    expect(routerPath('/v1/audio/')).to.equal('/v1/audio')
    expect(routerPath('/')).to.equal('/')
  })
})

describe('mountRoutes', () => {
  let service: Service
  before(async () => {
    service = await aService()
  })
  after(() => service.close())

  it('never minds a trailing slash', async () => {
    const client = await service.aUser('slash@example.com')
    for (const path of [
      '/v1/audio',
      '/v1/audio/',
      '/v1/auth/me',
      '/v1/auth/me/',
      '/livez/',
      '/openapi.json/',
    ]) {
      expect((await client.get(path)).status, path).to.equal(200)
    }
  })

  it('answers 404 for a path that is none, whatever the method', async () => {
    for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']) {
      expectProblem(await service.client().send(method, '/v1/nothing'), '404 not_found')
    }
    for (const path of [
      '/V1/audio',
      '/v1/Auth/me',
      '/v1//audio',
      '/v1/audio.',
      '/v1',
      '/v1/auth',
      '/metrics',
      '/.env',
    ]) {
      expectProblem(await service.client().get(path), '404 not_found')
    }
  })

  it('answers 405 with what is allowed', async () => {
    const cases = [
      ['PUT', '/v1/audio/', 'HEAD, GET, OPTIONS'],
      ['GET', '/v1/auth/login', 'POST, OPTIONS'],
      ['PUT', '/v1/auth/me', 'HEAD, GET, PATCH, DELETE, OPTIONS'],
      ['POST', '/v1/audio/file/x', 'PATCH, DELETE, HEAD, GET, OPTIONS'],
      ['DELETE', '/readyz', 'HEAD, GET, OPTIONS'],
    ] as const
    for (const [method, path, allowed] of cases) {
      const reply = await service.client().send(method, path)
      expectProblem(reply, '405 method_not_allowed')
      expect(reply.headers.get('allow')?.split(', ')).to.have.members(allowed.split(', '))
    }
  })

  it('ignores headers that ask for another method', async () => {
    const headers = { 'X-HTTP-Method-Override': 'DELETE', 'X-Method-Override': 'DELETE' }
    const client = await service.aUser('override@example.com')
    expect((await client.get('/v1/auth/me?_method=DELETE', { headers })).status).to.equal(200)
    expect((await client.get('/v1/auth/me')).status).to.equal(200)
  })

  it('answers OPTIONS with what is allowed', async () => {
    const reply = await service.client().send('OPTIONS', '/v1/auth/login')
    expect(reply.status).to.equal(204)
    expect(reply.headers.get('allow')).to.equal('POST, OPTIONS')
  })

  it('answers each odd path with a problem, and never falls over', async () => {
    const odd = [
      '%2e%2e%2f',
      '..%2f..%2fetc%2fpasswd',
      '%00',
      '%zz',
      '%',
      '%c0%ae',
      '%ff',
      ';a=b',
      '..;/',
      '%5c',
      'a%20b',
      '*',
      '[',
      '%252e',
      '$&',
      '\u00ff',
    ]
    const bases = ['/', '/v1/', '/v1/audio/file/', '/v1/auth/sessions/', '/docs/', '/v1/user/']
    for (const base of bases) {
      for (const part of odd) {
        for (const path of [`${base}${part}`, `${base}${part}/metadata`, `/${part}${base}`]) {
          const reply = await rawGet(service.port, path, { Cookie: '__Host-access_token=x' })
          expect(reply.status, path).to.be.oneOf([400, 401, 404, 405])
          expect(reply.type, path).to.equal('application/problem+json')
          expect(reply.text).to.not.match(/node_modules|at \w+ \(/)
        }
      }
    }
  })

  it('keeps the query out of a problem, and its instance a reference that stays here', async () => {
    const reply = await rawGet(service.port, '/evil.org/<x>?code=secret')
    expect(JSON.parse(reply.text)).to.include({ instance: '/evil.org/%3Cx%3E', status: 404 })
    expect(reply.text).to.not.include('secret')
  })

  it('reflects no Host', async () => {
    for (const path of ['/', '/docs', '/openapi.json', '/nothing']) {
      const reply = await rawGet(service.port, path, { Host: 'evil.org', 'X-Forwarded-Host': 'evil.org' })
      expect(reply.text).to.not.include('evil.org')
    }
  })
})
