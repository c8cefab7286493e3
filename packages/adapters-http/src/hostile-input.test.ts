import { expect } from 'chai'
import fc from 'fast-check'
import { z } from 'zod'
import { routes } from './routes/index.ts'
import type { Route } from './route.ts'
import { aService, mp3, type Service } from './testing/a-service.ts'
import { fieldsOf } from './testing/expect-problem.ts'
import type { TestClient, TestReply } from './testing/test-client.ts'

/** Text of the kinds that break things: controls, surrogates, directions, quotes, traversal, prototypes, sheer length. */
const oddText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.constantFrom(
    '\u0000',
    'a\u0000b',
    '\u001b[31m',
    'a\r\nSet-Cookie: x=y',
    '\ud800',
    'a\udfffb',
    '\u202egnp.exe',
    "' or 1=1 --",
    '%00',
    '../../../etc/passwd',
    '__proto__',
    'constructor',
    '\ufeff',
    '🎵'.repeat(500),
    'é'.normalize('NFD').repeat(200),
  ),
  fc.constantFrom(1000, 20_001, 60_000).map((length) => 'x'.repeat(length)),
)
const oddValue = fc.oneof(
  oddText,
  fc.constantFrom(
    null,
    true,
    false,
    0,
    -1,
    1e308,
    9007199254740993,
    [],
    {},
    [null],
    { $ne: null },
    { length: 1e9 },
  ),
  fc.array(oddText, { maxLength: 3 }),
  fc.dictionary(fc.string(), fc.jsonValue(), { maxKeys: 3 }),
)

const fieldsOfSchema = (schema: z.ZodType | undefined): readonly string[] =>
  schema instanceof z.ZodObject ? Object.keys(schema.shape) : []

/** No fault of ours, and a refusal of input says where it is. */
function expectBounded(reply: TestReply): void {
  expect(reply.status, reply.text).to.be.below(500)
  if (reply.status === 422) expect(fieldsOf(reply), reply.text).to.not.be.empty
  expect(reply.text.length).to.be.below(20_000)
}

const runs = { numRuns: 25 }
const hasJsonBody = (route: Route) => route.body?.kind === 'json'
const hasParams = (route: Route) => route.params !== undefined

describe('hostile input', () => {
  let service: Service
  let admin: TestClient
  before(async () => {
    service = await aService()
    admin = await service.anAdmin()
  })
  after(() => service.close())

  /** Admitted everywhere, so that input reaches whatever reads it. */
  const caller = (): TestClient => {
    const client = service.client()
    client.bearer = admin.cookies.get('__Host-access_token')
    return client
  }
  const pathOf = ({ path }: Route, id = '01939c1e-7a4b-7cc3-9f7e-2b1d3c4e5f60') => path.replace(/\{\w+\}/, id)
  const send = (route: Route, body: string) =>
    caller().send(route.method.toUpperCase(), pathOf(route), {
      body,
      headers: { 'Content-Type': 'application/json' },
    })

  for (const route of routes.filter(hasJsonBody)) {
    const label = `${route.method.toUpperCase()} ${route.path}`
    const schema = route.body?.kind === 'json' ? route.body.schema : undefined
    const known = fieldsOfSchema(schema)

    it(`${label} survives any values in its fields`, async () => {
      const bodies = fc.dictionary(fc.constantFrom(...known), oddValue, { maxKeys: known.length })
      await fc.assert(
        fc.asyncProperty(bodies, async (body) => {
          expectBounded(await send(route, JSON.stringify(body)))
        }),
        runs,
      )
    })

    it(`${label} refuses any field that it does not know, and names it`, async () => {
      const names = fc
        .oneof(
          fc.string({ minLength: 1, maxLength: 40 }),
          fc.constantFrom('isAdmin', 'user_id', '__proto__', 'toString', 'size'),
        )
        .filter((name) => !known.includes(name))
      await fc.assert(
        fc.asyncProperty(names, fc.jsonValue(), async (name, value) => {
          const body = `{${JSON.stringify(name)}:${JSON.stringify(value)}}`
          const reply = await send(route, body)
          expect(reply.status, reply.text).to.equal(422)
          expect(fieldsOf(reply)).to.include(`/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`)
        }),
        runs,
      )
    })

    it(`${label} survives any body at all`, async () => {
      const bodies = fc.oneof(fc.string({ unit: 'binary', maxLength: 500 }), fc.json())
      await fc.assert(
        fc.asyncProperty(bodies, async (body) => {
          expectBounded(await send(route, body))
        }),
        runs,
      )
    })

    it(`${label} names each field of a wrong type`, async () => {
      for (const field of known) {
        const reply = await send(route, JSON.stringify({ [field]: { nested: [] } }))
        expect(reply.status).to.equal(422)
        expect(fieldsOf(reply)).to.include(`/${field}`)
      }
    })

    it(`${label} refuses a megabyte before it works on it`, async () => {
      const reply = await send(route, JSON.stringify({ [known[0] ?? '']: 'x'.repeat(1024 * 1024) }))
      expect(reply.status).to.equal(413)
    })

    it(`${label} refuses another content type and compressed bodies`, async () => {
      for (const headers of [
        { 'Content-Type': 'text/plain' },
        { 'Content-Type': 'text/html' },
        { 'Content-Type': 'application/json', 'Content-Encoding': 'gzip' },
      ]) {
        const reply = await caller().send(route.method.toUpperCase(), pathOf(route), { body: '{}', headers })
        expect(reply.status).to.equal(415)
      }
    })
  }

  for (const route of routes.filter(hasParams)) {
    it(`${route.method.toUpperCase()} ${route.path} takes any id for one that is not there`, async () => {
      await fc.assert(
        fc.asyncProperty(
          oddText.filter((text) => text.length <= 300 && text.isWellFormed()),
          async (text) => {
            const id = encodeURIComponent(text).replaceAll('.', '%2E')
            // An empty id is another path, and two encoded dots are tidied away by the client.
            if (id === '' || /^(%2E){1,2}$/.test(id)) return
            const isJson = route.body?.kind === 'json'
            const reply = await caller().send(
              route.method.toUpperCase(),
              pathOf(route, id),
              isJson ? { json: {} } : {},
            )
            expect(reply.status, `${id} ${reply.text}`).to.equal(404)
          },
        ),
        runs,
      )
    })
  }

  for (const route of routes.filter(({ query }) => query !== undefined)) {
    it(`${route.method.toUpperCase()} ${route.path} survives any query`, async () => {
      const names = fc.oneof(fc.constantFrom(...fieldsOfSchema(route.query)), fc.string({ maxLength: 20 }))
      const queries = fc.array(
        fc.tuple(
          names,
          oddText.filter((text) => text.length <= 1000),
        ),
        { maxLength: 4 },
      )
      await fc.assert(
        fc.asyncProperty(queries, async (pairs) => {
          const query = new URLSearchParams(pairs).toString().slice(0, 8000)
          const reply = await caller().send(route.method.toUpperCase(), `${pathOf(route)}?${query}`)
          expectBounded(reply)
        }),
        runs,
      )
    })
  }

  it('POST /v1/audio/file survives any file name, field and part', async () => {
    const client = await service.aUser('uploader@example.com')
    await fc.assert(
      fc.asyncProperty(oddText, oddText, oddText, async (fileName, title, field) => {
        const form = new FormData()
        form.set('title', title)
        if (field.length < 100) form.set(field, title)
        form.set('file', new Blob([new Uint8Array(mp3(100))]), fileName)
        expectBounded(await client.post('/v1/audio/file', { body: form }))
      }),
      runs,
    )
  })

  it('survives any cookie and Authorization header', async () => {
    const values = fc.string({ maxLength: 200 }).map((text) => text.replace(/[^\x20-\x7e]/g, '?'))
    await fc.assert(
      fc.asyncProperty(values, values, async (cookie, authorization) => {
        for (const headers of [
          { Cookie: cookie },
          { Cookie: `__Host-access_token=${cookie}; __Host-refresh_token=${authorization}` },
          { Authorization: authorization },
          { Authorization: `Bearer ${authorization}` },
        ]) {
          const reply = await service.client().get('/v1/auth/me', { headers })
          expect(reply.status).to.be.oneOf([400, 401])
          expectBounded(await service.client().post('/v1/auth/refresh', { headers }))
        }
      }),
      runs,
    )
  })
})
