import { randomUUID } from 'node:crypto'
import { STATUS_CODES, type ServerResponse } from 'node:http'
import { problemBody, problemContentType, statusOfProblem, type ProblemCode } from '../problem.ts'

/** For replies that are data and that the app has not written: nothing may be cached, run or framed. */
export const dataHeaders: Readonly<Record<string, string>> = {
  'Cache-Control': 'no-store',
  'X-Content-Type-Options': 'nosniff',
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  'X-Frame-Options': 'DENY',
}

/** A refusal of a request that never reached the app. */
export interface RawProblem {
  readonly status: number
  readonly code: ProblemCode
  readonly detail: string
  readonly requestId: string
  readonly headers: Readonly<Record<string, string>>
}

/** Told of each such refusal, with what the parser said where it was the parser. */
export type OnRefusal = (refusal: Pick<RawProblem, 'status' | 'code' | 'requestId'>, cause: unknown) => void

export function rawProblem(
  code: ProblemCode,
  detail: string,
  headers: Readonly<Record<string, string>> = {},
): RawProblem {
  return { status: statusOfProblem[code], code, detail, requestId: randomUUID(), headers }
}

export const tooBusy = (detail: string, retryAfterSeconds: number): RawProblem =>
  rawProblem('too_busy', detail, { 'Retry-After': retryAfterSeconds.toString() })

/** `publicUrl` is the base of the `type` of the problem. */
export function sendRawProblem(res: ServerResponse, problem: RawProblem, publicUrl: URL): void {
  const { status, headers, body } = replyOf(problem, publicUrl)
  res.writeHead(status, headers)
  res.end(body)
}

/** The whole reply, for a socket whose request could not be parsed. */
export function serialize(problem: RawProblem, publicUrl: URL): string {
  const { status, headers, body } = replyOf(problem, publicUrl)
  const lines = Object.entries({ Date: new Date().toUTCString(), ...headers })
  const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')
  return `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${head}\r\n${body}`
}

function replyOf({ headers, ...problem }: RawProblem, publicUrl: URL) {
  const { status, requestId } = problem
  // Its path may not have been read: the occurrence gets a name of its own (RFC 9457 section 3.1.5).
  const instance = `urn:uuid:${requestId}`
  const body = `${JSON.stringify(problemBody(problem, { publicUrl, instance, requestId }))}\n`
  return {
    status,
    body,
    headers: {
      'Content-Type': problemContentType,
      'Content-Length': Buffer.byteLength(body).toString(),
      Connection: 'close',
      'X-Request-Id': requestId,
      ...dataHeaders,
      ...headers,
    },
  }
}
