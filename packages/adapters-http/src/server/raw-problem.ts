import { randomUUID } from 'node:crypto'
import { STATUS_CODES, type ServerResponse } from 'node:http'
import { httpStatusOf, problemBody, problemContentType, type HttpErrorCode } from '../problem.ts'

/** A refusal of a request that never reached the app. */
export interface RawProblem {
  readonly status: number
  readonly code: HttpErrorCode
  readonly requestId: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** Told of each such refusal, with what the parser said where it was the parser. */
export type OnRefusal = (refusal: Pick<RawProblem, 'status' | 'code' | 'requestId'>, cause: unknown) => void

export function rawProblem(
  code: HttpErrorCode,
  detail: string,
  headers: Readonly<Record<string, string>> = {},
): RawProblem {
  const requestId = randomUUID()
  const status = httpStatusOf[code]
  // Its path may not have been read: the occurrence gets a name of its own (RFC 9457 section 3.1.5).
  const instance = `urn:uuid:${requestId}`
  const body = JSON.stringify(problemBody({ status, code, detail }, { instance, requestId }))
  return {
    status,
    code,
    requestId,
    body,
    headers: {
      'Content-Type': problemContentType,
      'Content-Length': Buffer.byteLength(body).toString(),
      Connection: 'close',
      'Cache-Control': 'no-store',
      'X-Request-Id': requestId,
      'X-Content-Type-Options': 'nosniff',
      'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
      'Referrer-Policy': 'no-referrer',
      ...headers,
    },
  }
}

export function sendRawProblem(res: ServerResponse, { status, headers, body }: RawProblem): void {
  res.writeHead(status, headers)
  res.end(body)
}

/** The whole reply, for a socket whose request could not be parsed. */
export function serialize({ status, headers, body }: RawProblem): string {
  const lines = Object.entries({ Date: new Date().toUTCString(), ...headers })
  const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')
  return `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${head}\r\n${body}`
}
