import type { IncomingMessage } from 'node:http'
import { rawProblem, type RawProblem } from './raw-problem.ts'

/**
 * The fault if the framing of a request is ambiguous or it is not HTTP/1. `undefined` if it can be handled.
 */
export function framingProblem(req: IncomingMessage): RawProblem | undefined {
  if (req.httpVersion !== '1.1' && req.httpVersion !== '1.0') return unsupportedVersion()
  if (!hasValidHost(req))
    return rawProblem('malformed_request', 'The request must have exactly one valid Host')
  const coding = req.headers['transfer-encoding']
  return coding === undefined ? undefined : codingProblem(req.httpVersion, coding)
}

export const unsupportedVersion = (): RawProblem =>
  rawProblem('http_version_not_supported', 'Only HTTP/1.0 and HTTP/1.1 are supported here')

function codingProblem(httpVersion: string, coding: string): RawProblem | undefined {
  // RFC 9112 section 6.1: HTTP/1.0 has no transfer codings, so the framing is faulty.
  if (httpVersion === '1.0') {
    return rawProblem('malformed_request', 'Transfer-Encoding needs HTTP/1.1. Send Content-Length instead')
  }
  const codings = coding.split(',').map((name) => name.trim().toLowerCase())
  if (codings.length === 1 && codings[0] === 'chunked') return undefined
  if (codings.every((name) => name === 'chunked' || name === '')) {
    return rawProblem('malformed_request', 'Transfer-Encoding must be chunked exactly once')
  }
  return rawProblem('transfer_coding_not_supported', 'The only supported transfer coding is chunked')
}

/** RFC 3986 section 3.2.2, by its characters only. */
const hostCharacters = /^[\w.\-~%!$&'()*+,;=:[\]]*$/

/** RFC 9112 section 3.2: exactly one `Host`, which only HTTP/1.0 may leave out. */
function hasValidHost({ rawHeaders, httpVersion, headers }: IncomingMessage): boolean {
  // `headers` contains only the first of several `Host` fields.
  const hosts = rawHeaders.filter((name, index) => index % 2 === 0 && name.toLowerCase() === 'host').length
  if (hosts === 0) return httpVersion === '1.0'
  return hosts === 1 && hostCharacters.test(headers.host ?? '')
}
