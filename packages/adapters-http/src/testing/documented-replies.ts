import { expect } from 'chai'
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { openApiDocument } from '../openapi.ts'
import { routes } from '../routes/index.ts'

interface DocumentedResponse {
  readonly content?: Readonly<Record<string, { readonly schema?: object }>>
}
type Operations = Readonly<
  Record<string, { readonly responses: Readonly<Record<string, DocumentedResponse>> }>
>

const document = openApiDocument(routes, { publicUrl: new URL('https://audio.example.org') }) as {
  readonly paths: Readonly<Record<string, Operations>>
  readonly components: object
}

const ajv = new Ajv2020({ strict: false, allErrors: true })
addFormats.default(ajv)
ajv.addSchema({ $id: 'api', components: document.components })

const validators = new WeakMap<object, ValidateFunction>()

/** A schema whose references lead into the document. */
function validatorOf(schema: object): ValidateFunction {
  const known = validators.get(schema)
  if (known) return known
  const text = JSON.stringify(schema).replaceAll('"#/components/', '"api#/components/')
  const validator = ajv.compile(JSON.parse(text) as object)
  validators.set(schema, validator)
  return validator
}

const matchers = Object.entries(document.paths).map(([path, operations]) => ({
  path,
  operations,
  pattern: new RegExp(`^${path.replace(/(?<=.)\/$/, '').replaceAll(/\{\w+\}/g, '[^/]+')}/?$`),
}))

export interface ObservedReply {
  readonly method: string
  readonly path: string
  readonly status: number
  readonly contentType: string
  readonly text: string
}

/** Which documented operation a request is for; 404 and 405 are for those that are none. */
export function operationFor(method: string, path: string) {
  const matching = matchers.filter(({ pattern }) => pattern.test(path))
  const exact = matching.find((candidate) => candidate.path === path.replace(/\/$/, '')) ?? matching[0]
  return { path: exact?.path, operation: exact?.operations[method.toLowerCase()] }
}

export const seenReplies = new Set<string>()

/** Fails where the status, the media type or the body is not what the document says. */
export function expectDocumented(reply: ObservedReply): void {
  const { path, operation } = operationFor(reply.method, reply.path)
  if (!operation) {
    const isBodyless = reply.method === 'HEAD' || reply.method === 'OPTIONS'
    if (!isBodyless) expect(reply.status).to.be.oneOf([404, 405])
    return
  }
  const label = `${reply.method} ${path ?? ''} ${reply.status}`
  const response = operation.responses[reply.status.toString()]
  expect(response, `${label} is documented; the body was ${reply.text.slice(0, 300)}`).to.not.equal(undefined)
  seenReplies.add(label)
  if (reply.method === 'HEAD') return
  const content = response?.content
  if (!content) {
    expect(reply.text, `${label} has no body`).to.equal('')
    return
  }
  const mediaType = reply.contentType.split(';')[0]?.trim() ?? ''
  expect(Object.keys(content), `media type of ${label}`).to.include(mediaType)
  const schema = content[mediaType]?.schema
  if (!schema) return
  const validate = validatorOf(schema)
  const isValid = validate(JSON.parse(reply.text))
  expect(isValid, `${label}: ${JSON.stringify(validate.errors)} in ${reply.text.slice(0, 500)}`).to.equal(
    true,
  )
}
