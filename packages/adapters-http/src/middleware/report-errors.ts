import type Koa from 'koa'
import type { Logger } from 'pino'
import { TooBusy } from '@audiohost/core'
import { publicPath, type Site } from '../credentials/site.ts'
import { describeError } from '../describe-error.ts'
import type { HttpMetrics } from '../metrics/http-metrics.ts'
import { problemBody, problemContentType, problemOf, type Problem } from '../problem.ts'
import { stateOf } from '../request-state.ts'
import { pagePolicy } from '../pages/page-policy.ts'
import { signInProblemPage } from '../pages/sign-in-problem-page.ts'
import { pathOf } from './request-target.ts'

/** Turns everything that is thrown into a problem; what is the server's fault goes to the log with its causes. */
export function reportErrors(
  log: Logger,
  { metrics, ...site }: Pick<Site, 'publicUrl'> & { readonly metrics?: HttpMetrics | undefined },
): Koa.Middleware {
  return async function reportErrors(ctx, next) {
    try {
      await next()
    } catch (error) {
      const problem = problemOf(error)
      metrics?.problemReported(problem.code)
      const { requestId, route } = stateOf(ctx)
      if (error instanceof TooBusy) {
        // No fault, and where it happens it happens hundreds of times a second.
        log.warn({ request_id: requestId, route, code: problem.code }, problem.code)
      } else if (problem.status >= 500) {
        log.error(
          { request_id: requestId, route, code: problem.code, error: describeError(error) },
          problem.code,
        )
      }
      // Once the headers have left, a reply can only be cut off, which its sender has done.
      if (!ctx.headerSent) replyWithProblem(ctx, problem, site)
    }
  }
}

function replyWithProblem(ctx: Koa.Context, problem: Problem, site: Pick<Site, 'publicUrl'>): void {
  ctx.status = problem.status
  ctx.set('Cache-Control', 'no-store')
  ctx.set({ ...problem.headers })
  const { requestId, signInPageBackTo: backTo } = stateOf(ctx)
  if (backTo !== undefined) {
    ctx.vary('Accept')
    if (prefersPage(ctx)) {
      ctx.set('Content-Security-Policy', pagePolicy(["style-src 'self'"]))
      ctx.set('Content-Type', 'text/html; charset=utf-8')
      ctx.body = signInProblemPage(problem, { site, backTo, requestId })
      return
    }
  }
  const { publicUrl } = site
  const instance = publicPath(site, instanceOf(ctx.req.url))
  const body = problemBody(problem, { publicUrl, instance, requestId })
  ctx.body = `${JSON.stringify(body)}\n`
  ctx.set('Content-Type', problemContentType)
}

/** A client that accepts everything gets JSON. */
const prefersPage = (ctx: Koa.Context): boolean =>
  ctx.accepts(problemContentType, 'application/json', 'text/html') === 'text/html'

/**
 * The path as a URI reference (RFC 9457 section 3.1.5). Never fails, whatever the client sent as the target.
 */
const instanceOf = (target = ''): string =>
  pathOf(target)
    .slice(0, 500)
    .replace(/^\/+/, '/')
    .replace(/%(?![\da-f]{2})/gi, '%25')
    .replace(/[^\w\-.~/:@!$&'()*+,;=%]/g, (character) => encodeURIComponent(character.toWellFormed()))
