import type { IncomingHttpHeaders } from 'node:http'
import { HttpProblem } from '../problem.ts'

export interface RequestDigests {
  /** SHA-256 in lower-case hex of the body as it is sent (RFC 9530 section 2). */
  readonly content: string | undefined
  /** The same of what is uploaded (section 3): of the file, in a form too. */
  readonly representation: string | undefined
}

/**
 * Of the algorithms only `sha-256` is checked; others are ignored, as section 5 allows.
 * @throws HttpProblem 400 where a field cannot be read
 */
export const readDigests = (headers: IncomingHttpHeaders | ReadonlyMap<string, string>): RequestDigests => ({
  content: sha256In('Content-Digest', headers),
  representation: sha256In('Repr-Digest', headers),
})

/** Those that there are. */
export const given = (...digests: readonly (string | undefined)[]): readonly string[] =>
  digests.filter((digest) => digest !== undefined)

/** A member of a dictionary of byte sequences (RFC 8941 section 3.2). */
const member = /^\s*([a-z*][a-z0-9_\-.*]*)=:([A-Za-z0-9+/]*={0,2}):\s*(?:;[^,]*)?$/

function sha256In(
  name: 'Content-Digest' | 'Repr-Digest',
  headers: IncomingHttpHeaders | ReadonlyMap<string, string>,
): string | undefined {
  const text = fieldOf(headers, name.toLowerCase())
  if (typeof text !== 'string') return undefined
  let digest: Buffer | undefined
  for (const part of text.split(',')) {
    const [, algorithm, value] = member.exec(part) ?? []
    if (algorithm === undefined || value === undefined) throw malformed(name)
    // The last of a repeated key counts (RFC 8941 section 4.2.2).
    if (algorithm === 'sha-256') digest = Buffer.from(value, 'base64')
  }
  if (digest && digest.length !== 32) throw malformed(name)
  return digest?.toString('hex')
}

const fieldOf = (headers: IncomingHttpHeaders | ReadonlyMap<string, string>, name: string): unknown =>
  isMap(headers) ? headers.get(name) : headers[name]

const isMap = (
  headers: IncomingHttpHeaders | ReadonlyMap<string, string>,
): headers is ReadonlyMap<string, string> => headers instanceof Map

const malformed = (name: string): HttpProblem =>
  new HttpProblem({
    status: 400,
    code: 'malformed_request',
    detail: `${name} is not a list of digests such as sha-256=:base64:`,
  })
