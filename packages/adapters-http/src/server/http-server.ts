import http, { type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type Koa from 'koa'
import { addressBlockReader } from '../client-address.ts'
import { startBodyDeadline } from './body-deadline.ts'
import { closeGracefully } from './close-gracefully.ts'
import { answerExpectations, hasUnmetExpectation } from './expect-continue.ts'
import { framingProblem } from './framing.ts'
import { handleInTurn } from './in-turn.ts'
import { OpenConnections } from './open-connections.ts'
import {
  rawProblem,
  sendRawProblem,
  serialize,
  tooBusy,
  type OnRefusal,
  type RawProblem,
} from './raw-problem.ts'
import { refuseMalformed } from './refuse-malformed.ts'
import { RunningHandlers } from './running-handlers.ts'
import { LoadShedder } from './shed-load.ts'

export interface HttpServerOptions {
  /** From the first byte to the end of the headers. */
  readonly headersTimeoutMs?: number
  /** For a whole body, but for those that are streamed with a limit of their own. */
  readonly bodyDeadlineMs?: number
  readonly keepAliveTimeoutMs?: number
  /** At the limit, a new connection closes the one that has been idle for longest. */
  readonly maxConnections?: number
  /** The same for one IPv4 address or IPv6 /64, unless it is a trusted proxy. */
  readonly maxConnectionsPerAddress?: number
  /** Addresses, CIDR ranges or names of proxy-addr (`loopback`). */
  readonly trustedProxies?: readonly string[]
  /** The public address: the `type` of a problem is a path below it. */
  readonly publicUrl?: URL
  /** Told of each request that was refused before the app saw it. */
  readonly onRefusal?: OnRefusal
}

export interface HttpServer {
  readonly server: Server
  readonly connections: Readonly<Pick<OpenConnections, 'count' | 'closedIdle' | 'refused'>>
  readonly load: Readonly<Pick<LoadShedder, 'shedRequests'>>
  /** Takes no more connections, lets what is under way finish, and cuts what is left after `graceMs`. */
  close(graceMs: number): Promise<void>
}

const defaults = {
  headersTimeoutMs: 15_000,
  bodyDeadlineMs: 30_000,
  // Longer than a proxy keeps its idle connections (nginx, AWS: 60 s), or it may use one that we are closing.
  keepAliveTimeoutMs: 65_000,
  maxConnections: 4096,
  maxConnectionsPerAddress: 1024,
  trustedProxies: [],
  publicUrl: new URL('http://localhost'),
  onRefusal: (): void => undefined,
}

const maxHeaderBytes = 16 * 1024

/** A server that answers everything, HTTP or not, with a reply of the app or a problem. */
export function createHttpServer(app: Koa, options: HttpServerOptions = {}): HttpServer {
  const settings: Required<HttpServerOptions> = { ...defaults, ...options }
  const { onRefusal, publicUrl } = settings
  const server = serverWith(settings)
  const connections = limitConnections(server, settings)
  refuseMalformed(server, settings)
  answerExpectations(server)

  const handlers = new RunningHandlers()
  const handle = app.callback()
  const start = (req: IncomingMessage, res: ServerResponse): void => {
    handlers.add(handle(req, res))
  }
  const load = new LoadShedder(settings)
  server.on('connection', load.connectionAccepted)
  handleInTurn(server, (req, res) => {
    startBodyDeadline({ req, res }, settings)
    if (!server.listening) res.shouldKeepAlive = false
    const problem = problemOfHeaders(req)
    if (problem) {
      onRefusal(problem, undefined)
      sendRawProblem(res, problem, publicUrl)
      return
    }
    load.admit({ req, res }, start)
  })
  return { server, connections, load, close: (graceMs) => closeGracefully({ server, handlers }, graceMs) }
}

function limitConnections(server: Server, settings: Required<HttpServerOptions>): OpenConnections {
  const blockOf = addressBlockReader(settings.trustedProxies)
  const connections = new OpenConnections({ ...settings, blockOf }, (socket) => {
    rejectConnection(socket, settings.publicUrl)
  })
  server.on('connection', connections.add)
  server.on('request', connections.countRequest)
  server.closeIdleConnections = () => {
    connections.closeIdle()
  }
  return connections
}

function rejectConnection(socket: Socket, publicUrl: URL): void {
  const detail = 'Too many connections are open. Close some, or try again later'
  socket.end(serialize(tooBusy(detail, 5), publicUrl), () => {
    socket.destroy()
  })
}

function problemOfHeaders(req: IncomingMessage): RawProblem | undefined {
  const problem = framingProblem(req)
  if (problem || !hasUnmetExpectation(req)) return problem
  return rawProblem('expectation_failed', 'The only expectation that can be met is 100-continue')
}

type ServerSettings = Required<Pick<HttpServerOptions, 'headersTimeoutMs' | 'keepAliveTimeoutMs'>>

function serverWith({ headersTimeoutMs, keepAliveTimeoutMs }: ServerSettings): Server {
  const server = http.createServer({
    maxHeaderSize: maxHeaderBytes,
    headersTimeout: headersTimeoutMs,
    // Node looks for clients that are too slow only so often; its default of 30 s would triple the limit.
    connectionsCheckingInterval: Math.min(1000, headersTimeoutMs),
    // An honest upload over a slow line takes longer than any limit; bodies have their own (see body-deadline.ts).
    requestTimeout: 0,
    keepAliveTimeout: keepAliveTimeoutMs,
    // Checked here, so that the refusal is a problem.
    requireHostHeader: false,
  })
  // Their bytes are bounded. Node keeps no header behind a maximum and obeys it all the same, so that nobody here would know of a body.
  server.maxHeadersCount = 0
  return server
}
