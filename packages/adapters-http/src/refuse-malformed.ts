import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { rawProblem, serialize, type OnRefusal, type RawProblem } from './raw-problem.ts'

interface Exchange {
  readonly req: IncomingMessage
  readonly res: ServerResponse
}

/** How long a client may go on sending to read why it was refused. */
const lingerMs = 1000

/** Answers what is not HTTP with a problem and ends the connection: nothing behind it can be trusted (RFC 9112 section 11.2). */
export function refuseMalformed(server: Server, onRefusal: OnRefusal): void {
  const exchanges = new WeakMap<Duplex, Set<Exchange>>()
  server.on('request', (req, res) => {
    const open = exchanges.get(req.socket) ?? new Set()
    const exchange = { req, res }
    exchanges.set(req.socket, open.add(exchange))
    res.once('close', () => open.delete(exchange))
  })
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    // Refused already, and still sending.
    if (socket.writableEnded) return
    if (error.code === 'ECONNRESET' || !socket.writable || !mayAnswer(exchanges.get(socket))) {
      socket.destroy()
      return
    }
    const problem = problemOfParser(error)
    onRefusal(problem, error)
    endWith(socket, problem)
  })
  // RFC 9110 section 9.3.6: we are no proxy.
  server.on('connect', (_req, socket) => {
    const problem = rawProblem('method_not_allowed', 'CONNECT is for proxies', { Allow: allowedMethods })
    onRefusal(problem, undefined)
    endWith(socket, problem)
  })
}

const allowedMethods = 'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS'

/** A reply that belongs to an earlier request, or that has begun, must not be mistaken for this one. */
function mayAnswer(open: ReadonlySet<Exchange> = new Set()): boolean {
  const [exchange, another] = open
  if (exchange === undefined) return true
  return another === undefined && !exchange.req.complete && !exchange.res.headersSent
}

function endWith(socket: Duplex, problem: RawProblem): void {
  const timer = setTimeout(() => socket.destroy(), lingerMs)
  socket.on('error', () => socket.destroy())
  socket.once('end', () => socket.destroy())
  socket.once('close', () => {
    clearTimeout(timer)
  })
  socket.end(serialize(problem))
}

function problemOfParser(error: NodeJS.ErrnoException): RawProblem {
  switch (error.code) {
    case 'HPE_HEADER_OVERFLOW':
      return rawProblem('headers_too_large', 'The headers of the request are too large')
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return rawProblem('request_timeout', 'The request did not arrive in time')
    default:
      return rawProblem('malformed_request', 'The request is not well-formed HTTP')
  }
}
