import { expect } from 'chai'
import { aService, password, uploadForm } from '../testing/a-service.ts'
import { exchange } from '../testing/raw-connection.ts'

type Service = Awaited<ReturnType<typeof aService>>

async function withService(publicUrl: string, use: (service: Service) => Promise<void>): Promise<void> {
  const service = await aService({ publicUrl: new URL(publicUrl) })
  try {
    await use(service)
  } finally {
    await service.close()
  }
}

describe('the path of PUBLIC_URL', () => {
  const served: readonly (readonly [publicUrl: string, path: string, route: string])[] = [
    ['https://example.org/audio', '/audio/livez', '/livez'],
    ['https://example.org/audio', '/livez', '/livez'],
    ['https://example.org/audio', '/audio', '/'],
    ['https://example.org/audio', '/audio/', '/'],
    ['https://example.org/audio/', '/audio/docs/', '/docs'],
    ['https://example.org//audio//', '/audio/livez', '/livez'],
    ['https://example.org/a/b', '/a/b/livez?x=/a/b', '/livez'],
    ['https://example.org/my%20audio', '/my%20audio/livez', '/livez'],
    ['https://example.org/звук', '/%d0%b7%d0%b2%d1%83%d0%ba/livez', '/livez'],
    ['https://example.org/audio', '/%61udio/livez', '/livez'],
    ['https://example.org/a%2Fb', '/a%2fb/livez', '/livez'],
    ['https://example.org/v1', '/v1/problems/email_taken', '/problems/{code}'],
    ['https://example.org/v1', '/v1/v1/auth/yandex/callback', '/v1/auth/yandex/callback'],
    ['https://example.org/v1', '/v1/auth/yandex/callback', '/v1/auth/yandex/callback'],
    ['https://example.org/livez', '/livez/livez', '/livez'],
    ['https://example.org/docs', '/docs/docs/page.css', '/docs/{file}'],
  ]
  for (const [publicUrl, path, route] of served) {
    it(`routes ${path} below ${publicUrl} to ${route}`, () =>
      withService(publicUrl, async (service) => {
        await fetch(`${service.origin}${path}`, { redirect: 'manual' })
        await service.close()
        const lines = service.logged.map((line) => JSON.parse(line) as Record<string, unknown>)
        expect(lines.find(({ msg }) => msg === 'request')).to.include({ route })
      }))
  }

  for (const path of [
    '/audiobook/livez',
    '/Audio/livez',
    '/audi/livez',
    '/audio/audio/livez',
    '/audiolivez',
  ]) {
    it(`does not find ${path} below /audio`, () =>
      withService('https://example.org/audio', async ({ origin }) => {
        const reply = await fetch(`${origin}${path}`)
        expect(reply.status).to.equal(404)
      }))
  }

  it('is the beginning of every path in a reply, whether the request has it or not', () =>
    withService('https://example.org/audio', async (service) => {
      const client = await service.aUser()
      for (const base of ['', '/audio']) {
        const Cookie = [...client.cookies].map((pair) => pair.join('=')).join('; ')
        const send = (method: string, path: string, body: FormData | null = null) =>
          fetch(`${service.origin}${base}${path}`, { method, body, headers: { Cookie } })

        for (let files = 0; files < 2; files++) {
          const upload = await send('POST', '/v1/audio/file', uploadForm())
          expect(upload.headers.get('location')).to.match(/^\/audio\/v1\/audio\/file\/[\w-]+$/)
        }
        const list = await send('GET', '/v1/audio/?limit=1')
        expect(list.headers.get('link')).to.match(/^<\/audio\/v1\/audio\/\?limit=1&cursor=/)

        const problem = (await (await send('GET', '/v1/nothing')).json()) as object
        expect(problem).to.include({
          type: '/audio/problems/not_found',
          instance: '/audio/v1/nothing',
        })
        const document = (await (await send('GET', '/openapi.json')).json()) as object
        expect(document).to.deep.include({ servers: [{ url: '/audio' }] })

        for (const page of ['/', '/docs']) {
          const html = await (await send('GET', page)).text()
          const links = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, link]) => link)
          expect(links).to.not.be.empty
          for (const link of links) expect(link).to.match(/^\/audio\//)
        }
        expect(await (await send('GET', '/docs/initializer.js')).text()).to.include(
          'url: "/audio/openapi.json"',
        )
      }
    }))

  it('is the beginning of the addresses of a resumable upload', () =>
    withService('https://example.org/audio', async (service) => {
      const client = await service.aUser()
      const headers = {
        Cookie: [...client.cookies].map((pair) => pair.join('=')).join('; '),
        'Tus-Resumable': '1.0.0',
      }
      const bytes = Buffer.concat([Buffer.from('ID3'), Buffer.alloc(997, 0x55)])
      const created = await fetch(`${service.origin}/audio/v1/audio/uploads`, {
        method: 'POST',
        headers: { ...headers, 'Upload-Length': '1000' },
      })
      const location = created.headers.get('location') ?? ''
      expect(location).to.match(/^\/audio\/v1\/audio\/uploads\/[\w-]+$/)
      const finished = await fetch(`${service.origin}${location}`, {
        method: 'PATCH',
        headers: { ...headers, 'Upload-Offset': '0', 'Content-Type': 'application/offset+octet-stream' },
        body: bytes,
      })
      expect(finished.status).to.equal(204)
      expect(finished.headers.get('content-location')).to.match(/^\/audio\/v1\/audio\/file\/[\w-]+$/)
      const missing = await fetch(`${service.origin}/audio/v1/audio/uploads/none`, {
        method: 'HEAD',
        headers,
      })
      expect(missing.headers.get('tus-resumable')).to.equal('1.0.0')
    }))

  it('is part of the problem that answers what is not HTTP, and understood in an absolute target', () =>
    withService('https://example.org/audio', async ({ port }) => {
      const malformed = await exchange(port, 'NONSENSE\r\n\r\n')
      expect(JSON.parse(malformed.body)).to.include({ type: '/audio/problems/malformed_request' })
      const absolute =
        'GET http://example.org/audio/livez HTTP/1.1\r\nHost: example.org\r\nConnection: close\r\n\r\n'
      expect((await exchange(port, absolute)).status).to.equal(200)
    }))

  it('leaves the cookies on the whole host, as the prefix __Host- demands', () =>
    withService('https://example.org/audio', async (service) => {
      const reply = await service.register('ann@example.com')
      expect(reply.status).to.equal(201)
      const login = await service.client().post('/v1/auth/login', {
        json: { email: 'ann@example.com', password },
      })
      expect(login.setCookies).to.not.be.empty
      for (const cookie of login.setCookies) expect(cookie).to.include('; Path=/;')
    }))
})
