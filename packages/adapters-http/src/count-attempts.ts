import type Koa from 'koa'
import type { RateLimit, RateLimiter, RateLimitState } from '@audiohost/core'
import { HttpProblem, problemOf } from './problem.ts'
import { limiterKey } from './rate-limits.ts'
import type { RouteLimit, RouteRequest } from './route.ts'

interface Attempt {
  readonly limit: RateLimit
  readonly key: string
  readonly isRefundable: boolean
  readonly state: RateLimitState
}

/** Runs the work where every limit allows it, and tells the client about the limit that it will meet first. */
export async function countAttempts<T>(
  ctx: Koa.Context,
  counted: { rateLimiter: RateLimiter; limits: readonly RouteLimit[]; request: RouteRequest },
  work: () => Promise<T>,
): Promise<T> {
  const { rateLimiter } = counted
  const attempts = await consume(ctx, counted)
  try {
    const result = await work()
    await refund(rateLimiter, attempts)
    tell(ctx, attempts, 1)
    return result
  } catch (error) {
    // A fault of ours is no failed attempt of theirs, nor is asking again for the answer to another one.
    const { status, code } = problemOf(error)
    if (status >= 500 || code === 'idempotency_key_in_use') await refund(rateLimiter, attempts)
    throw error
  }
}

async function consume(
  ctx: Koa.Context,
  { rateLimiter, limits, request }: Parameters<typeof countAttempts>[1],
): Promise<readonly Attempt[]> {
  const attempts: Attempt[] = []
  for (const counted of limits) {
    const { limit, countsFailuresOnly: isRefundable = false } = counted
    const subject = counted.key(request)
    if (subject === undefined) continue
    const key = limiterKey(subject)
    const state = await rateLimiter.consume(limit, key)
    attempts.push({ limit, key, isRefundable, state })
    tell(ctx, attempts, 0)
    if (!state.allowed) throw rateLimited(state.resetSeconds)
  }
  return attempts
}

async function refund(rateLimiter: RateLimiter, attempts: readonly Attempt[]): Promise<void> {
  for (const { limit, key, isRefundable } of attempts) {
    if (isRefundable) await rateLimiter.refund(limit, key)
  }
}

function tell(ctx: Koa.Context, attempts: readonly Attempt[], refunded: 0 | 1): void {
  const left = ({ state, isRefundable }: Attempt) => state.remaining + (isRefundable ? refunded : 0)
  const tightest = attempts.toSorted((one, other) => left(one) - left(other))[0]
  if (!tightest) return
  ctx.set('RateLimit-Limit', tightest.limit.attempts.toString())
  ctx.set('RateLimit-Remaining', left(tightest).toString())
  ctx.set('RateLimit-Reset', tightest.state.resetSeconds.toString())
}

const rateLimited = (seconds: number): HttpProblem =>
  new HttpProblem({
    status: 429,
    code: 'rate_limited',
    detail: `Too many requests of this kind: try again in ${seconds} seconds`,
    headers: { 'Retry-After': seconds.toString() },
  })
