import { expect } from 'chai'
import { aService, type Service } from '../testing/a-service.ts'
import { expectProblem } from '../testing/expect-problem.ts'

describe('pages', () => {
  let service: Service
  before(async () => {
    service = await aService()
  })
  after(() => service.close())

  it('lead from / to the documentation', async () => {
    const reply = await service.client().get('/')
    expect(reply.headers.get('content-type')).to.equal('text/html; charset=utf-8')
    expect(reply.text).to.include('href="/docs"').and.include('href="/openapi.json"')
  })

  it('serve the documentation with and without a slash, all of it from here', async () => {
    const client = service.client()
    const page = await client.get('/docs')
    expect((await client.get('/docs/')).text).to.equal(page.text)
    const links = [...page.text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, link]) => link ?? '')
    expect(links).to.have.lengthOf(4)
    for (const link of links) {
      expect(link).to.match(/^\/docs\//)
      const asset = await client.get(link)
      expect(asset.status, link).to.equal(200)
      expect(asset.bytes.length).to.be.above(50)
    }
    expect(page.headers.get('content-security-policy'))
      .to.include("script-src 'self'")
      .and.not.include('http')
      .and.not.include('unsafe')
  })

  it('serve nothing else of the package, nor of the disk', async () => {
    const files = [
      'package.json',
      'swagger-initializer.js',
      'index.html',
      '..%2f..%2fpackage.json',
      'constructor',
    ]
    for (const file of files) {
      expectProblem(await service.client().get(`/docs/${file}`), '404 not_found')
    }
  })
})
