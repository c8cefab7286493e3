import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import Koa from 'koa'
import { createHttpServer, type HttpServer, type HttpServerOptions } from '../server/http-server.ts'
import { problemBody, problemContentType, problemOf } from '../problem.ts'

export interface Listening extends HttpServer {
  readonly port: number
  /** What Koa reported as an error of the app. */
  readonly errors: Error[]
  /** The errors without what a client that leaves in the middle of a reply causes. */
  faults(): readonly Error[]
  /** Resolves when no client is connected any more. */
  quiet(): Promise<void>
}

/** A Koa app of one handler behind the real server, on a free port. What is thrown becomes a problem. */
export async function listening(
  handle: (ctx: Koa.Context) => Promise<void>,
  options: HttpServerOptions = {},
): Promise<Listening> {
  const app = new Koa()
  const errors: Error[] = []
  app.on('error', (error: Error) => errors.push(error))
  app.use(async (ctx) => {
    try {
      await handle(ctx)
    } catch (error) {
      const problem = problemOf(error)
      if (problem.status === 500) errors.push(error as Error)
      if (ctx.headerSent) return
      ctx.status = problem.status
      ctx.set({ ...problem.headers })
      ctx.body = JSON.stringify(problemBody(problem, { publicUrl: new URL('http://localhost') }))
      ctx.set('Content-Type', problemContentType)
    }
  })
  const http = createHttpServer(app, options)
  http.server.listen(0, '127.0.0.1')
  await once(http.server, 'listening')
  return {
    ...http,
    errors,
    faults: () => errors.filter((error) => !('code' in error && hasLeft.has(error.code))),
    quiet: () => quiet(http.server),
    port: (http.server.address() as AddressInfo).port,
  }
}

/** How a reply fails whose client has left: by a reset that was read already, or by a write after it. */
const hasLeft = new Set<unknown>(['ECONNRESET', 'EPIPE'])

async function quiet(server: Server): Promise<void> {
  const connections = promisify(server.getConnections.bind(server))
  while ((await connections()) > 0) await delay(5)
}
