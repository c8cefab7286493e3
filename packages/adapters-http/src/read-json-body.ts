import type { IncomingMessage } from 'node:http'
import type Koa from 'koa'
import { HttpProblem } from './problem.ts'
import { refuseCompressed } from './refuse-compressed.ts'
import type { JsonBody } from './route.ts'

export const maxJsonBytes = 64 * 1024

/** The parsed body, unchecked; an absent one counts as `{}`, so that the fields which are missing get named. */
export async function readJsonBody(
  ctx: Koa.Context,
  { orForm = false }: Pick<JsonBody, 'orForm'>,
): Promise<unknown> {
  refuseCompressed(ctx)
  // Clients name a type for nothing: `fetch` does with an empty string, curl with `-d ''`.
  if (ctx.get('Content-Length') === '0') return {}
  const type = ctx.get('Content-Type') === '' ? undefined : ctx.request.type.toLowerCase()
  const isForm = type === 'application/x-www-form-urlencoded'
  if (type !== undefined && type !== 'application/json' && !(isForm && orForm)) throw unsupported(orForm)
  if (!/^(utf-?8)?$/i.test(ctx.request.charset)) throw unsupported(orForm)

  const bytes = await readAll(ctx.req)
  if (bytes.length === 0) return {}
  if (type === undefined) throw unsupported(orForm)
  const text = decode(bytes)
  return isForm ? readForm(text) : parse(text)
}

function unsupported(orForm: boolean): HttpProblem {
  const accepted = orForm ? 'application/json or application/x-www-form-urlencoded' : 'application/json'
  return new HttpProblem({
    status: 415,
    code: 'unsupported_media_type',
    detail: `Send the body as ${accepted} in UTF-8`,
    headers: { Accept: accepted.replace(' or ', ', ') },
  })
}

async function readAll(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  try {
    // Leaving the loop must not destroy the request: its socket still has to carry the answer.
    const body: AsyncIterable<Buffer> = request.iterator({ destroyOnReturn: false })
    for await (const chunk of body) {
      size += chunk.length
      if (size > maxJsonBytes) break
      chunks.push(chunk)
    }
  } catch (cause) {
    throw malformed('The body ended before it was complete', cause)
  }
  if (size > maxJsonBytes) throw tooLarge()
  return Buffer.concat(chunks)
}

const tooLarge = (): HttpProblem =>
  new HttpProblem({
    status: 413,
    code: 'body_too_large',
    detail: `The body is larger than ${maxJsonBytes} bytes`,
  })

function decode(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (cause) {
    throw malformed('The body is not valid UTF-8', cause)
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch (cause) {
    throw malformed('The body is not valid JSON', cause)
  }
}

/** Names given twice come out as lists, which no schema here accepts. */
function readForm(text: string): unknown {
  const form = new URLSearchParams(text)
  return Object.fromEntries([...new Set(form.keys())].map((name) => [name, oneOrAll(form.getAll(name))]))
}

const oneOrAll = (values: readonly string[]): unknown => (values.length === 1 ? values[0] : values)

const malformed = (detail: string, cause: unknown): HttpProblem =>
  new HttpProblem({ status: 400, code: 'malformed_body', detail, cause })
