import Koa from 'koa'
import { healthReader } from './check-health.ts'
import { describeError } from './describe-error.ts'
import type { HttpAppOptions } from './http-app-options.ts'
import type { Idempotency } from './idempotency/answer-once.ts'
import { removeBasePath } from './middleware/base-path.ts'
import { crossOrigin } from './middleware/cross-origin.ts'
import { reportErrors } from './middleware/report-errors.ts'
import { requestId } from './middleware/request-id.ts'
import { requestLog } from './middleware/request-log.ts'
import { requestTarget } from './middleware/request-target.ts'
import { securityHeaders } from './middleware/security-headers.ts'
import { tusResumable } from './middleware/tus-resumable.ts'
import { mountRoutes, routeFinder } from './mount-routes.ts'
import { openApiDocument } from './openapi.ts'
import type { RouteServices } from './route.ts'
import { routes } from './routes/index.ts'
import { TusEndpoint } from './tus/tus-endpoint.ts'

/** The whole HTTP side as a Koa app; each line of `use` sees what the lines below it answer. */
export function createHttpApp(options: HttpAppOptions): Koa {
  const { log, ids, publicUrl, corsOrigins, trustedProxies, metrics } = options
  const app = new Koa()
  app.use(requestId(ids))
  app.use(requestLog(log, metrics))
  app.use(reportErrors(log, { publicUrl, metrics }))
  app.use(securityHeaders(publicUrl))
  app.use(crossOrigin(namedOrigins(corsOrigins)))
  app.use(requestTarget)
  app.use(removeBasePath(publicUrl, routeFinder(routes)))
  app.use(tusResumable)
  app.use(
    mountRoutes(routes, {
      services: servicesFor(options),
      rateLimiter: options.rateLimits === 'on' ? options.rateLimiter : undefined,
      idempotency: idempotencyFor(options),
      trustedProxies,
      metrics,
    }),
  )
  // Refusals never get here. What does is a connection that broke under a reply.
  app.on('error', (error: Error) => {
    log.debug({ error: describeError(error) }, 'reply cut')
  })
  return app
}

const idempotencyFor = ({ idempotency, answerSeal, clock, ids, log }: HttpAppOptions): Idempotency => ({
  records: idempotency,
  seal: answerSeal,
  clock,
  ids,
  onAnswerLost: (error) => {
    log.warn(
      { error: describeError(error) },
      'the answer to a request with an Idempotency-Key could not be kept',
    )
  },
})

function servicesFor(options: HttpAppOptions): RouteServices {
  const { useCases, publicUrl, corsOrigins, maxUploadBytes } = options
  const site = { publicUrl, origins: [publicUrl.origin, ...namedOrigins(corsOrigins)], maxUploadBytes }
  let document: object | undefined
  return {
    ...useCases,
    site,
    health: healthReader(options),
    tus: new TusEndpoint({ useCases, site }),
    metricsPage: options.metricsPage,
    apiDocument: () => (document ??= openApiDocument(routes, { publicUrl })),
  }
}

/** `null` is what sandboxed frames and local files of anybody call themselves: it names no one to be trusted. */
const namedOrigins = (origins: readonly string[]): readonly string[] =>
  origins.filter((origin) => origin !== 'null')
