import type { Server } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Connection } from './connection.ts'
import { unsupportedVersion } from './framing.ts'
import { connectionOf } from './in-turn.ts'
import { rawProblem, serialize, type OnRefusal, type RawProblem } from './raw-problem.ts'

/** How Node calls headers that did not come in time. */
const slow = 'ERR_HTTP_REQUEST_TIMEOUT'

const allowedMethods = 'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS'

interface RefusalOptions {
  readonly onRefusal: OnRefusal
  readonly publicUrl: URL
}

/** Answers what is not HTTP with a problem and ends the connection: nothing behind it can be trusted (RFC 9112 section 11.2). */
export function refuseMalformed(server: Server, { onRefusal, publicUrl }: RefusalOptions): void {
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    const connection = connectionOf(socket)
    // Refused already, and still sending.
    if (connection?.isEnding === true) return
    if (!connection || error.code === 'ECONNRESET' || !socket.writable) {
      socket.destroy()
      return
    }
    const again = (): void => void server.emit('clientError', error, socket)
    if (error.code === slow && connection.excuses(server.headersTimeout, again)) return
    if (isUnanswered(connection)) refuse(socket, problemOfParser(error), error)
    // What is malformed came behind good requests: they get their replies, and it gets none that could be taken for theirs.
    else if (connection.newest?.req.complete === true) connection.endAfterReplies()
    else socket.destroy()
  })
  // RFC 9110 section 9.3.6: we are no proxy.
  server.on('connect', (_req, socket) => {
    refuse(socket, rawProblem('method_not_allowed', 'CONNECT is for proxies', { Allow: allowedMethods }))
  })

  function refuse(socket: Duplex, problem: RawProblem, cause?: Error): void {
    onRefusal(problem, cause)
    socket.write(serialize(problem, publicUrl))
    connectionOf(socket)?.end()
  }
}

/** No request is under way but the malformed one, and its reply has not begun. */
function isUnanswered({ current, newest }: Connection): boolean {
  if (!current) return true
  return current === newest && !current.req.complete && !current.res.headersSent
}

const unsupportedVersionCodes = new Set<unknown>(['HPE_INVALID_VERSION', 'HPE_PAUSED_H2_UPGRADE'])

function problemOfParser({ code }: NodeJS.ErrnoException): RawProblem {
  if (code === 'HPE_HEADER_OVERFLOW') {
    return rawProblem('headers_too_large', 'The headers of the request are too large')
  }
  if (code === slow) {
    return rawProblem('request_timeout', 'The request did not arrive in time')
  }
  if (unsupportedVersionCodes.has(code)) return unsupportedVersion()
  return rawProblem('malformed_request', 'The request is not well-formed HTTP')
}
