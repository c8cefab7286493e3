import type { IncomingMessage } from 'node:http'
import { HttpProblem } from '../problem.ts'

// RFC 8941 section 3.3.3, of visible characters only; and, as most clients send it, the same without its quotes.
const quoted = /^"((?:[\x21\x23-\x5b\x5d-\x7e]|\\["\\])+)"$/
const bare = /^[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]+$/
const maxLength = 255

/**
 * The key of draft-ietf-httpapi-idempotency-key-header, without its quotes; `undefined` where there is none.
 * @throws HttpProblem 400
 */
export function readIdempotencyKey(request: Pick<IncomingMessage, 'headersDistinct'>): string | undefined {
  const [text, second] = request.headersDistinct['idempotency-key'] ?? []
  if (text === undefined) return undefined
  if (second !== undefined) throw malformed('is given twice')
  const key = quoted.exec(text)?.[1]?.replaceAll(/\\(.)/g, '$1') ?? bare.exec(text)?.[0]
  if (key === undefined || key.length > maxLength) {
    throw malformed(`is not 1 to ${maxLength} visible ASCII characters, in double quotes or without`)
  }
  return key
}

const malformed = (what: string): HttpProblem =>
  new HttpProblem({ status: 400, code: 'malformed_request', detail: `The Idempotency-Key ${what}` })
