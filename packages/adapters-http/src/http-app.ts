import Koa from 'koa'
import type { HealthCheck, HttpAppOptions } from './http-app-options.ts'
import { crossOrigin } from './middleware/cross-origin.ts'
import { reportErrors } from './middleware/report-errors.ts'
import { requestId } from './middleware/request-id.ts'
import { requestLog } from './middleware/request-log.ts'
import { securityHeaders } from './middleware/security-headers.ts'
import { mountRoutes } from './mount-routes.ts'
import { openApiDocument } from './openapi.ts'
import type { RouteServices } from './route.ts'
import { routes } from './routes/index.ts'

/** The whole HTTP side as a Koa app; each line of `use` sees what the lines below it answer. */
export function createHttpApp(options: HttpAppOptions): Koa {
  const { log, ids, publicUrl, corsOrigins, trustedProxies } = options
  const app = new Koa()
  app.use(requestId(ids))
  app.use(requestLog(log))
  app.use(reportErrors(log))
  app.use(securityHeaders(publicUrl))
  app.use(crossOrigin(corsOrigins))
  app.use(
    mountRoutes(routes, {
      services: servicesFor(options),
      rateLimiter: options.rateLimits === 'on' ? options.rateLimiter : undefined,
      trustedProxies,
    }),
  )
  // Refusals never get here. What does is a connection that broke under a reply.
  app.on('error', (error: Error) => {
    log.debug({ err: { type: error.name, message: error.message } }, 'reply cut')
  })
  return app
}

function servicesFor(options: HttpAppOptions): RouteServices {
  const { useCases, publicUrl, corsOrigins, maxUploadBytes, healthChecks, isDraining } = options
  const document = openApiDocument(routes, { publicUrl, maxUploadBytes })
  return {
    ...useCases,
    site: { publicUrl, origins: [publicUrl.origin, ...corsOrigins], maxUploadBytes },
    failingParts: () => failingParts(healthChecks, isDraining?.() ?? false),
    apiDocument: () => document,
  }
}

const checkTimeoutMs = 3000

async function failingParts(checks: readonly HealthCheck[], isDraining: boolean): Promise<readonly string[]> {
  const failing = await Promise.all(checks.map(async (part) => ((await works(part)) ? [] : [part.name])))
  return [...(isDraining ? ['draining'] : []), ...failing.flat()]
}

/** A part that does not answer does not work: whoever asks gets an answer in any case. */
async function works(part: HealthCheck): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined
  const patience = new Promise<false>((resolve) => {
    timer = setTimeout(resolve, checkTimeoutMs, false)
  })
  const verdict = part.check().then(
    () => true,
    () => false,
  )
  return Promise.race([verdict, patience]).finally(() => {
    clearTimeout(timer)
  })
}
