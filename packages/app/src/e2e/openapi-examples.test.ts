import { expect } from 'chai'
import { readSample, startTestServer, type TestServer } from './test-server.ts'
import type { Browser } from './browser.ts'
import { describeInBrowsers, runInPage } from './web-browsers.ts'

interface Schema {
  readonly $ref?: string
  readonly type?: string
  readonly example?: unknown
  readonly default?: unknown
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly properties?: Readonly<Record<string, Schema>>
}

interface Operation {
  readonly operationId: string
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly schema: Schema }[]
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> }
}

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> }
}

/** What Swagger UI fills in for a schema. */
function offered(schema: Schema, document: Document): unknown {
  if (schema.$ref !== undefined) {
    return offered(document.components.schemas[schema.$ref.split('/').at(-1) ?? ''] ?? {}, document)
  }
  if (schema.example !== undefined) return schema.example
  if (schema.default !== undefined) return schema.default
  if (schema.const !== undefined) return schema.const
  if (schema.enum) return schema.enum[0]
  if (schema.properties) {
    const entries = Object.entries(schema.properties)
    return Object.fromEntries(entries.map(([name, property]) => [name, offered(property, document)]))
  }
  return { string: 'string', integer: 0, boolean: true }[schema.type ?? 'string']
}

describe('the examples in the OpenAPI document', () => {
  let server: TestServer
  let document: Document
  let admin: Browser
  let ada: Browser
  before(async () => {
    server = await startTestServer()
    admin = await server.administrator('root')
    ada = server.browser()
    document = (await (await admin.fetch('/openapi.json')).json()) as Document
  })
  after(() => server.close())

  const bodyOf = (path: string, method: string): unknown =>
    offered(document.paths[path]?.[method]?.requestBody?.content['application/json']?.schema ?? {}, document)

  it('register an account, sign in to it, refresh and change it, in this order', async () => {
    const send = (method: string, path: string) => ada.json(method, path, bodyOf(path, method.toLowerCase()))
    expect((await send('POST', '/v1/auth/registration')).status).to.equal(201)
    expect((await send('POST', '/v1/auth/login')).status).to.equal(200)
    expect((await send('POST', '/v1/auth/refresh')).status).to.equal(200)
    expect((await send('PATCH', '/v1/auth/me')).status).to.equal(200)
  })

  it('find that account, and change it once its id is filled in', async () => {
    const get = '/v1/user/get_user'
    const found = await admin.json('POST', get, bodyOf(get, 'post'))
    expect(found.status).to.equal(200)
    const { id } = (await found.json()) as { id: string }
    const update = '/v1/user/update_user'
    const change = bodyOf(update, 'put') as object
    expect((await admin.json('PUT', update, change)).status).to.equal(404)
    expect((await admin.json('PUT', update, { ...change, id })).status).to.equal(200)
    const quota = bodyOf('/v1/user/{id}/quota', 'put')
    expect((await admin.json('PUT', `/v1/user/${id}/quota`, quota)).status).to.equal(200)
  })

  it('upload a file and change it', async () => {
    const form = document.paths['/v1/audio/file']?.post?.requestBody?.content['multipart/form-data']
    const fields = offered(form?.schema ?? {}, document) as Record<string, string>
    const { file: _, ...texts } = fields
    const sample = await readSample('spoken/vbr-cover.mp3')
    const { id } = (await (await ada.upload(sample, 'song.mp3', texts)).json()) as { id: string }
    const path = '/v1/audio/file/{id}'
    const changed = await ada.json('PATCH', `/v1/audio/file/${id}`, bodyOf(path, 'patch'))
    expect(changed.status).to.equal(200)
    expect(await changed.json()).to.include(texts)
  })

  it('fill in no parameter that may be sent only once, nor one that nothing answers to', async () => {
    for (const [path, operations] of Object.entries(document.paths)) {
      for (const { operationId, parameters = [] } of Object.values(operations)) {
        const filled = parameters.filter(({ schema }) => schema.example !== undefined)
        expect(
          filled.map(({ name }) => name),
          operationId,
        ).to.not.include('Idempotency-Key')
        for (const { name, schema } of filled.filter((parameter) => parameter.in === 'path')) {
          const reply = await admin.fetch(path.replace(`{${name}}`, String(schema.example)))
          expect(reply.status, operationId).to.equal(200)
        }
        const queries = filled.filter((parameter) => parameter.in === 'query')
        expect(
          queries.map(({ name }) => name),
          operationId,
        ).to.deep.equal([])
      }
    }
  })
})

describeInBrowsers(
  '"Try it out" of Swagger UI',
  (open) => {
    /** Opens the operation, leaves everything as the page offers it, and resolves with the status. */
    const tryOut = `async (operation) => {
    const until = async (find) => {
      for (;;) {
        const found = find()
        if (found) return found
        await new Promise((resolve) => setTimeout(resolve, 50))
      }
    }
    const block = await until(() => document.querySelector('[id$="-' + operation + '"]'))
    if (!block.classList.contains('is-open')) block.querySelector('.opblock-summary-control').click()
    const find = (selector) => block.querySelector(selector)
    if (!find('.execute')) (await until(() => find('.try-out__btn'))).click()
    ;(await until(() => find('.execute'))).click()
    const status = await until(() => find('.live-responses-table tbody .response-col_status'))
    return Number.parseInt(status.textContent, 10)
  }`

    it('registers, signs in, refreshes, shows and signs out as the page offers it', async () => {
      const server = await startTestServer()
      const browser = await open()
      try {
        const page = await browser.newPage()
        await page.goto(`${server.origin}/docs`)
        const statusOf = (operation: string) => runInPage(page, `return (${tryOut})(input)`, operation)
        expect(await statusOf('register')).to.equal(201)
        expect(await statusOf('logIn')).to.equal(200)
        expect(await statusOf('updateMe')).to.equal(200)
        expect(await statusOf('listAudio')).to.equal(200)
        expect(await statusOf('refreshSession')).to.equal(200)
        expect(await statusOf('logOut')).to.equal(204)
      } finally {
        await browser.close()
        await server.close()
      }
    })
  },
  ['Chromium'],
)
