import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { rawProblem, serialize, type OnRefusal, type RawProblem } from './raw-problem.ts'

interface Exchange {
  readonly req: IncomingMessage
  readonly res: ServerResponse
}

/** The requests of one connection that have not been answered yet. */
interface Connection {
  readonly open: Set<Exchange>
  isEnding: boolean
}

/** How long a client may go on sending to read why it was refused. */
const lingerMs = 1000

const allowedMethods = 'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS'

/** Answers what is not HTTP with a problem and ends the connection: nothing behind it can be trusted (RFC 9112 section 11.2). */
export function refuseMalformed(server: Server, onRefusal: OnRefusal): void {
  const connections = new WeakMap<Duplex, Connection>()
  const connectionOf = (socket: Duplex): Connection => {
    const connection = connections.get(socket) ?? { open: new Set(), isEnding: false }
    connections.set(socket, connection)
    return connection
  }
  server.on('request', (req, res) => {
    const { open } = connectionOf(req.socket)
    const exchange = { req, res }
    open.add(exchange)
    res.once('close', () => open.delete(exchange))
  })
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    const connection = connectionOf(socket)
    // Refused already, and still sending.
    if (connection.isEnding || socket.writableEnded) return
    connection.isEnding = true
    const open = [...connection.open]
    if (error.code === 'ECONNRESET' || !socket.writable) socket.destroy()
    else if (open.length === 0 || isUnanswered(open)) refuse(socket, problemOfParser(error), error)
    else if (open.every(({ req }) => req.complete)) endAfter(socket, connection.open)
    else socket.destroy()
  })
  // RFC 9110 section 9.3.6: we are no proxy.
  server.on('connect', (_req, socket) => {
    refuse(socket, rawProblem('method_not_allowed', 'CONNECT is for proxies', { Allow: allowedMethods }))
  })

  function refuse(socket: Duplex, problem: RawProblem, cause?: Error): void {
    onRefusal(problem, cause)
    socket.write(serialize(problem))
    endSlowly(socket)
  }
}

/** The one request under way is the malformed one, and its reply has not begun. */
const isUnanswered = ([exchange, another]: readonly Exchange[]): boolean =>
  another === undefined && exchange?.req.complete === false && !exchange.res.headersSent

/** What is malformed came behind good requests: they get their replies, and it gets none that could be taken for theirs. */
function endAfter(socket: Duplex, open: ReadonlySet<Exchange>): void {
  const last = [...open].at(-1)
  // Said by an earlier one, the replies behind it would be lost.
  if (last) last.res.shouldKeepAlive = false
  for (const { res } of open) {
    res.once('close', () => {
      if (open.size === 0) endSlowly(socket)
    })
  }
}

/** What the client still sends is thrown away for a while, so that it can read the reply (see `lingerAfterReply`). */
function endSlowly(socket: Duplex): void {
  const timer = setTimeout(() => socket.destroy(), lingerMs)
  socket.on('error', () => socket.destroy())
  socket.once('end', () => socket.destroy())
  socket.once('close', () => {
    clearTimeout(timer)
  })
  socket.end()
}

function problemOfParser({ code }: NodeJS.ErrnoException): RawProblem {
  if (code === 'HPE_HEADER_OVERFLOW') {
    return rawProblem('headers_too_large', 'The headers of the request are too large')
  }
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') {
    return rawProblem('request_timeout', 'The request did not arrive in time')
  }
  return rawProblem('malformed_request', 'The request is not well-formed HTTP')
}
