import { createHash } from 'node:crypto'
import type { RateLimit, RateLimiter, RateLimitState } from '@audiohost/core'
import type { Knex } from 'knex'
import { RateLimiterPostgres, RateLimiterRes } from 'rate-limiter-flexible'
import type { Database } from './database.ts'

const table = 'rate_limits'
const cleaningIntervalMs = 5 * 60 * 1000

/** A window begins with the first attempt; refused attempts do not lengthen it. */
export class PostgresRateLimiter implements RateLimiter {
  readonly #database: Database
  readonly #limiters = new Map<string, RateLimiterPostgres>()
  #cleanedAt = 0

  constructor(database: Database) {
    this.#database = database
  }

  async consume(limit: RateLimit, key: string): Promise<RateLimitState> {
    this.#cleanNowAndThen()
    try {
      return stateOf(await this.#limiterFor(limit).consume(hashed(key)), true)
    } catch (refusal) {
      // The library refuses by throwing its result, which is no Error.
      if (refusal instanceof RateLimiterRes) return stateOf(refusal, false)
      throw refusal
    }
  }

  /**
   * Not the library's `reward`: where the window has ended, that begins one with an attempt more than allowed,
   * and where some were refused, it takes one of the refusals back instead.
   */
  async refund(limit: RateLimit, key: string): Promise<void> {
    await this.#database.run((knex) =>
      knex(table)
        .where('key', rowKey(limit, key))
        .where('expire', '>', Date.now())
        .where('points', '>', 0)
        .update({ points: knex.raw('least(points, ?::integer) - 1', [limit.attempts]) }),
    )
  }

  /** Forgets the windows that have ended; returns how many. */
  removeExpired(): Promise<number> {
    return this.#database.run((knex) => knex(table).where('expire', '<=', Date.now()).delete())
  }

  /** Beside the attempts and not by a timer, so that there is nothing to be stopped. Nobody waits for it. */
  #cleanNowAndThen(): void {
    if (Date.now() - this.#cleanedAt < cleaningIntervalMs) return
    this.#cleanedAt = Date.now()
    // Rows that stay once more do no harm, and a database that is gone is told by the attempt itself.
    this.removeExpired().catch(() => undefined)
  }

  #limiterFor(limit: RateLimit): RateLimiterPostgres {
    const id = JSON.stringify([limit.name, limit.attempts, limit.windowSeconds])
    const known = this.#limiters.get(id)
    if (known) return known
    const limiter = new RateLimiterPostgres({
      storeClient: { query: (query: LimiterQuery) => this.#database.run((knex) => send(knex, query)) },
      storeType: 'client',
      tableName: table,
      tableCreated: true,
      clearExpiredByTimeout: false,
      keyPrefix: limit.name,
      points: limit.attempts,
      duration: limit.windowSeconds,
    })
    this.#limiters.set(id, limiter)
    return limiter
  }
}

interface LimiterQuery {
  readonly text: string
  readonly values: readonly (string | number | null)[]
}

/**
 * Without the name that the library gives: a prepared statement belongs to one server connection, and behind a pooler
 * the next query meets another. Knex wants `?` for `$1`, each with its own value.
 */
function send(knex: Knex, { text, values }: LimiterQuery): PromiseLike<unknown> {
  const bindings: (string | number | null)[] = []
  const sql = text.replaceAll(/\$(\d+)/g, (_, position: string) => {
    bindings.push(values[Number(position) - 1] ?? null)
    return '?'
  })
  return knex.raw(sql, bindings)
}

const stateOf = (result: RateLimiterRes, allowed: boolean): RateLimitState => ({
  allowed,
  remaining: result.remainingPoints,
  resetSeconds: Math.max(1, Math.ceil(result.msBeforeNext / 1000)),
})

/** Keys are addresses of people and machines, of any length: only their hashes are stored. */
const hashed = (key: string): string => createHash('sha256').update(key).digest('base64url')

/** As the library joins them. */
const rowKey = (limit: RateLimit, key: string): string => `${limit.name}:${hashed(key)}`
