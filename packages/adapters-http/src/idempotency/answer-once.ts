import { createHash } from 'node:crypto'
import {
  addressBlock,
  IdempotencyKeyReused,
  NotAuthenticated,
  secondsAfter,
  type AnswerOwner,
  type AnswerSeal,
  type Attempt,
  type Clock,
  type IdempotencyRecords,
  type IdGenerator,
  type KeyedRequest,
} from '@audiohost/core'
import type Koa from 'koa'
import { HttpProblem } from '../problem.ts'
import type { AnyReply, Route, RouteRequest, UploadBody } from '../route.ts'
import { keptProblem, keptReply, repeated } from './kept-answer.ts'
import { readUploadAlong, type ReadAlong } from './read-along.ts'

export interface Idempotency {
  readonly records: IdempotencyRecords
  readonly seal: AnswerSeal
  readonly clock: Clock
  readonly ids: IdGenerator
  /** The work was done and answered, but a retry will not be told so. */
  readonly onAnswerLost: (error: unknown) => void
}

interface RequestWithKey {
  readonly idempotency: Idempotency
  readonly key: string
  readonly route: Route
  readonly request: RouteRequest
}

type Handle = (request: RouteRequest) => Promise<AnyReply>

/** An attempt whose process died is taken over after this; a living one renews its lease three times as often. */
const leaseSeconds = 30
const keptSeconds = 24 * 3600

/**
 * Runs the handler for the first of all requests with this key, and tells its answer to the others.
 * @throws HttpProblem 409 while the first one runs; IdempotencyKeyReused where it asked for something else
 */
export async function answerOnce(ctx: Koa.Context, keyed: RequestWithKey, handle: Handle): Promise<AnyReply> {
  const { idempotency, route, request } = keyed
  const { records, clock, ids } = idempotency
  const scope = scopeOf(keyed)
  const attempt = { recordId: hashOf([scope, keyed.key]), holder: ids.next() }
  const now = clock.now()
  const begun = await records.begin({
    ...attempt,
    userId: request.actor?.userId,
    now,
    leaseEndsAt: secondsAfter(now, leaseSeconds),
  })
  if (begun.outcome === 'user-absent') throw new NotAuthenticated()
  if (begun.outcome === 'running') throw inUse()
  const along = readAlong(route, request)
  const turn = { ...keyed, attempt, along, asked: () => askedFor(keyed, { scope, along }) }
  if (begun.outcome === 'begun') return run(turn, handle)
  const answer = await answerTo(turn, begun.answer)
  ctx.set('Idempotency-Replayed', 'true')
  return repeated(answer)
}

/** Of a body that is a value the value tells, and of none there is nothing to tell. */
const readAlong = ({ body }: Route, request: RouteRequest): ReadAlong | undefined =>
  body?.kind === 'multipart' ? readUploadAlong(request.body as UploadBody) : undefined

interface Turn extends RequestWithKey {
  readonly attempt: Attempt
  readonly along: ReadAlong | undefined
  /** All that makes two requests the same; `undefined` as long as its body has not been read. */
  readonly asked: () => string | undefined
}

async function run(turn: Turn, handle: Handle): Promise<AnyReply> {
  const { along, request, route } = turn
  const lease = setInterval(() => void renew(turn), (leaseSeconds * 1000) / 3)
  lease.unref()
  try {
    const reply = await handle({ ...request, body: along?.body ?? request.body, madeFor: madeFor(turn) })
    await keep(turn, keptReply(route, reply), reply.owner)
    return reply
  } catch (error) {
    await keep(turn, keptProblem(route, error))
    throw error
  } finally {
    clearInterval(lease)
  }
}

/** Also where the record got lost with its process: what was made tells of itself, for as long as an answer is kept. */
const madeFor = ({ idempotency: { clock }, attempt }: Turn): KeyedRequest => ({
  id: attempt.recordId,
  since: secondsAfter(clock.now(), -keptSeconds),
})

async function renew({ idempotency: { records, clock }, attempt }: Turn): Promise<void> {
  // Should none get through, the lease ends, as if the process had died.
  await records.renew(attempt, secondsAfter(clock.now(), leaseSeconds)).catch(() => undefined)
}

/** Never throws: what was done has been done, and its client is told so. */
async function keep(
  { idempotency, attempt, asked }: Turn,
  answer: string | undefined,
  owner?: AnswerOwner,
): Promise<void> {
  const { records, seal, clock, onAnswerLost } = idempotency
  const request = asked()
  try {
    if (answer === undefined || request === undefined) await records.abandon(attempt)
    else {
      const expiresAt = secondsAfter(clock.now(), keptSeconds)
      await records.answer(attempt, { answer: seal.seal(answer, request), expiresAt, owner })
    }
  } catch (error) {
    onAnswerLost(error)
  }
}

/** Who repeats the request can open the answer, and nobody else can. */
async function answerTo({ idempotency, along, asked }: Turn, sealed: Uint8Array): Promise<string> {
  await along?.readThrough()
  const request = asked()
  const answer = request === undefined ? undefined : idempotency.seal.open(sealed, request)
  if (answer === undefined) throw new IdempotencyKeyReused()
  return answer
}

/**
 * The scope of the key. A signed-in user has keys of their own. Clients that are not signed in might choose
 * the same key, so for them only the whole request, its password or token included, makes it the same. If the
 * request opens a session, the address and the user agent count as well, because two devices of one user may
 * send the same request.
 */
function scopeOf({ idempotency, route, request }: RequestWithKey): string {
  const { actor, client } = request
  if (actor) return actor.userId
  const device = route.opensSession ? [addressBlock(client.address), client.userAgent ?? null] : []
  return idempotency.seal.nameOf(JSON.stringify([request.credentials, textOf(route, request), ...device]))
}

function askedFor(
  { key, route, request }: RequestWithKey,
  { scope, along }: { readonly scope: string; readonly along: ReadAlong | undefined },
): string | undefined {
  const text = along?.text()
  if (along && text === undefined) return undefined
  return JSON.stringify([scope, key, textOf(route, request), text ?? null])
}

/** As validated, so that neither the order of the fields nor their spacing counts. */
const textOf = (route: Route, { params, query, body }: RouteRequest): string =>
  JSON.stringify([
    route.method,
    route.path,
    params ?? null,
    query ?? null,
    route.body?.kind === 'json' ? body : null,
  ])

const hashOf = (values: readonly string[]): string =>
  createHash('sha256').update(JSON.stringify(values)).digest('hex')

const inUse = (): HttpProblem =>
  new HttpProblem({
    status: 409,
    code: 'idempotency_key_in_use',
    detail: 'The request with this Idempotency-Key is still running: ask again for its answer',
    headers: { 'Retry-After': '1' },
  })
