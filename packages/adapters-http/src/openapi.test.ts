import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import { openApiDocument } from './openapi.ts'
import { routes } from './routes/index.ts'
import { statusOfProblem } from './problem.ts'
import { errorCodesOf, isUnsafe } from './route.ts'
import { uploadsPath } from './tus/tus-protocol.ts'

interface Operation {
  readonly operationId: string
  readonly summary: string
  readonly security: readonly object[]
  readonly responses: Readonly<Record<string, object>>
}
interface Document {
  readonly openapi: string
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: { readonly schemas: object; readonly securitySchemes: object }
}

const documentFor = (publicUrl: string): Document =>
  openApiDocument(routes, { publicUrl: new URL(publicUrl) }) as Document

describe('openApiDocument', () => {
  const document = documentFor('https://audio.example.org')

  it('has every route, and HEAD for content', () => {
    expect(document.openapi).to.equal('3.1.1')
    const documented = Object.entries(document.paths).flatMap(([path, item]) =>
      Object.keys(item).map((method) => `${method} ${path}`),
    )
    const routed = routes.map(({ method, path }) => `${method} ${path}`)
    expect(documented).to.have.members([...routed, 'head /v1/audio/file/{id}'])
  })

  it('names every status that a route may answer', () => {
    for (const route of routes) {
      const operation = document.paths[route.path]?.[route.method]
      const statuses = [
        ...Object.keys(route.replies),
        ...errorCodesOf(route).map((code) => statusOfProblem[code].toString()),
      ]
      expect(Object.keys(operation?.responses ?? {}), route.name).to.have.members([...new Set(statuses)])
    }
  })

  it('asks for credentials wherever the route does', () => {
    for (const route of routes) {
      const security = document.paths[route.path]?.[route.method]?.security
      expect(security?.length === 0, route.name).to.equal(route.access === 'public')
    }
  })

  it('names the cookie as it is on this server', () => {
    expect(document.components.securitySchemes).to.have.nested.property('cookie.name', '__Host-access_token')
    expect(documentFor('http://localhost:8000').components.securitySchemes).to.have.nested.property(
      'cookie.name',
      'access_token',
    )
  })

  it('mentions Idempotency-Key on every unsafe route but those of tus', () => {
    for (const { name, method, path } of routes) {
      const isExpected = isUnsafe(method) && !path.startsWith(uploadsPath)
      const text = JSON.stringify(document.paths[path]?.[method])
      expect(/idempotency/i.test(text), name).to.equal(isExpected)
    }
  })

  it('has no reference that leads nowhere, and no identity twice', () => {
    const text = JSON.stringify(document)
    for (const [, name = ''] of text.matchAll(/"#\/components\/schemas\/(\w+)"/g)) {
      expect(document.components.schemas).to.have.property(name)
    }
    const ids = Object.values(document.paths).flatMap((item) =>
      Object.values(item).map((each) => each.operationId),
    )
    expect(new Set(ids).size).to.equal(ids.length)
  })

  it('is the one that is committed', () => {
    const committed = readFileSync(new URL('../../../docs/openapi.json', import.meta.url), 'utf8')
    const fresh = openApiDocument(routes, { publicUrl: new URL('http://localhost:8000') })
    expect(JSON.parse(committed), 'run: npm run openapi').to.deep.equal(JSON.parse(JSON.stringify(fresh)))
  })
})
