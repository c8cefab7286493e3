import Router from '@koa/router'
import type Koa from 'koa'
import {
  AdminRequired,
  InvalidInput,
  NotAuthenticated,
  parseAudioId,
  type RateLimiter,
} from '@audiohost/core'
import { bounded, type Bounded } from './bounded.ts'
import { countAttempts } from './count-attempts.ts'
import { publicPath } from './credentials/site.ts'
import { readCredentials, type Credentials } from './credentials/credentials.ts'
import { answerOnce, type Idempotency } from './idempotency/answer-once.ts'
import { readIdempotencyKey } from './idempotency/idempotency-key.ts'
import { clearedSessionCookies, setCookieHeader } from './credentials/session-cookies.ts'
import { countStream } from './metrics/count-stream.ts'
import type { HttpMetrics } from './metrics/http-metrics.ts'
import { mediaHeaders } from './middleware/security-headers.ts'
import { HttpProblem, problemOf } from './problem.ts'
import { readInput } from './read-input.ts'
import { stateOf } from './request-state.ts'
import { routeClientReader, type RouteClient } from './route-client.ts'
import {
  answersOnce,
  readsIdempotencyKey,
  type Access,
  type AnyReply,
  type Route,
  type RouteRequest,
  type RouteServices,
  type SignedInClient,
} from './route.ts'
import { refuseCrossSite } from './credentials/same-origin.ts'
import { sendReply } from './send-reply.ts'
import { validate } from './validate.ts'

export interface MountOptions {
  readonly services: RouteServices
  /** Absent: nothing is counted. */
  readonly rateLimiter: RateLimiter | undefined
  readonly idempotency: Idempotency
  readonly trustedProxies: readonly string[]
  readonly metrics?: HttpMetrics | undefined
}

/** All routes as one middleware, with an answer for every path and method that is none of theirs. */
export function mountRoutes(routes: readonly Route[], options: MountOptions): Koa.Middleware {
  const router = new Router({ sensitive: true })
  const clientOf = routeClientReader(options.trustedProxies)
  for (const route of routes) {
    const serving = { ...options, admission: bounded(route.atOnce ?? Infinity), clientOf }
    router.register(routerPath(route.path), [route.method], (ctx: Koa.Context) => {
      stateOf(ctx).route = route.path
      if (route.hasSignInProblemPage) stateOf(ctx).signInPageBackTo = publicPath(options.services.site, '/')
      return serve(ctx, route, serving)
    })
  }
  const dispatch = router.routes() as unknown as Koa.Middleware
  return async (ctx, next) => {
    await dispatch(ctx, () => refuseUnrouted(ctx, router, next))
  }
}

/** Whether a path belongs to any route, with or without a trailing slash. */
export function routeFinder(routes: readonly Route[]): (path: string) => boolean {
  const router = new Router({ sensitive: true })
  for (const { path, method } of routes) router.register(routerPath(path), [method], () => undefined)
  return (path) => router.match(path, 'GET').path.length > 0
}

/** The form of @koa/router, without the trailing slash: it then matches both with and without one. */
export const routerPath = (path: string): string =>
  path.replaceAll(/\{(\w+)\}/g, ':$1').replace(/(?<=.)\/$/, '')

interface ServeOptions extends MountOptions {
  /** Of this route. */
  readonly admission: Bounded
  readonly clientOf: (ctx: Koa.Context) => RouteClient
}

async function serve(
  ctx: Koa.Context,
  route: Route,
  { services, rateLimiter, idempotency, metrics, admission, clientOf }: ServeOptions,
): Promise<void> {
  const { site } = services
  if (route.access === 'media') ctx.set(mediaHeaders)
  const client = clientOf(ctx)
  const credentials = readCredentials(ctx.headers, site.publicUrl)
  refuseCrossSite(ctx, credentials, site.origins)
  const signedIn = await admit(ctx, { route, credentials, services, client })
  const key = readsIdempotencyKey(route) ? readIdempotencyKey(ctx.req) : undefined
  const request = {
    params: readParams(ctx, route),
    ...(await readInput(ctx, route, site)),
    signedIn,
    actor: signedIn?.actor,
    client,
    credentials,
    method: ctx.method,
    headers: ctx.headers,
    madeFor: undefined,
    setWayBack: (location) => Object.assign(stateOf(ctx), { signInPageBackTo: location }),
    prefersJson: () => ctx.accepts('html', 'json') === 'json',
    // What an endpoint of this access is given besides; its type depends on the route, which is forgotten here.
  } as RouteRequest
  const run = handlerOf(route, { services, metrics })
  const handle = () => {
    if (key === undefined || !answersOnce(route)) return run(request)
    return answerOnce(ctx, { idempotency, key, route, request }, run)
  }
  const { limits } = route
  const reply = await admission(() =>
    rateLimiter && limits ? countAttempts(ctx, { rateLimiter, limits, request }, handle) : handle(),
  ).catch(async (error: unknown) => {
    await followRefusal(ctx, error, { route, credentials, services, client })
    throw error
  })
  await sendReply(ctx, reply, { route, publicUrl: site.publicUrl, metrics })
}

/** Counts the request as an open upload if its body is streamed. */
function handlerOf(
  route: Route,
  { services, metrics }: Pick<MountOptions, 'services' | 'metrics'>,
): (request: RouteRequest) => Promise<AnyReply> {
  const isUpload = route.body !== undefined && route.body.kind !== 'json'
  if (!isUpload) return (request) => route.handle(request, services)
  return (request) => countStream(metrics, 'upload', () => route.handle(request, services))
}

/** Side effects of a refusal by this route. */
async function followRefusal(
  ctx: Koa.Context,
  error: unknown,
  { route, services, client }: Admission,
): Promise<void> {
  const { status, code } = problemOf(error)
  if (route.signsOut && status === 401) clearCookies(ctx, services.site.publicUrl)
  if (route.opensSession && code === 'rate_limited') {
    await services.recordRateLimitedSignIn.execute({ address: client.address })
  }
}

function clearCookies(ctx: Koa.Context, publicUrl: URL): void {
  for (const cookie of clearedSessionCookies) ctx.append('Set-Cookie', setCookieHeader(publicUrl, cookie))
  ctx.set('Clear-Site-Data', '"cookies"')
}

interface Admission {
  readonly route: Route
  readonly credentials: Credentials
  readonly services: RouteServices
  readonly client: RouteClient
}

/**
 * Denies by default: only `public` admits anonymous clients, and only `accessOfUsers` admits users without
 * admin rights.
 */
async function admit(
  ctx: Koa.Context,
  { route, credentials, services, client }: Admission,
): Promise<SignedInClient | undefined> {
  if (route.access === 'public') return undefined
  const signedIn = await authenticate(ctx, { route, credentials, services, client })
  stateOf(ctx).userId = signedIn.user.id
  if (!accessOfUsers.has(route.access) && !signedIn.actor.isAdmin) throw new AdminRequired()
  return signedIn
}

const accessOfUsers: ReadonlySet<Access> = new Set<Access>(['user', 'media', 'upload'])

async function authenticate(
  ctx: Koa.Context,
  { route, credentials, services, client: { address } }: Admission,
): Promise<SignedInClient> {
  const { accessToken, mediaToken } = credentials
  if (route.access === 'media')
    return services.authenticateMedia.execute({ accessToken, mediaToken, address })
  if (accessToken === undefined) throw new NotAuthenticated()
  if (route.access !== 'upload') return services.authenticate.execute({ accessToken, address })
  const uploadId = parseAudioId(String((ctx.params as Readonly<Record<string, unknown>>)['id']))
  return services.authenticateUpload.execute({ accessToken, uploadId, address })
}

function readParams(ctx: Koa.Context, { params, absent }: Route): unknown {
  if (!params) return undefined
  try {
    return validate(params, ctx.params)
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error
    throw absent ? new absent() : notFound()
  }
}

async function refuseUnrouted(ctx: Koa.Context, router: Router, next: Koa.Next): Promise<void> {
  const methods = new Set(router.match(ctx.path, ctx.method).path.flatMap((layer) => layer.methods))
  if (methods.size === 0) throw notFound()
  ctx.set('Allow', [...new Set([...methods, 'OPTIONS'])].join(', '))
  if (ctx.method !== 'OPTIONS') {
    throw new HttpProblem({
      status: 405,
      code: 'method_not_allowed',
      detail: `${ctx.method} is not for this path`,
    })
  }
  ctx.status = 204
  await next()
}

const notFound = (): HttpProblem =>
  new HttpProblem({ status: 404, code: 'not_found', detail: 'There is nothing at this path' })
