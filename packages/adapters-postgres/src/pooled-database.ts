import { setTimeout as wait } from 'node:timers/promises'
import type { Socket } from 'node:net'
import knex, { type Knex } from 'knex'
import { CircuitBreaker } from './circuit-breaker.ts'
import { connectionConfig, localTimeouts } from './connection-config.ts'
import type { Database, PoolUsage } from './database.ts'
import type { CompleteDatabaseOptions } from './database-options.ts'
import { DatabaseUnavailable } from './database-unavailable.ts'
import {
  asksForRetry,
  isConnectionLost,
  lostPreparedStatement,
  refusesStartupParameter,
  translateDriverError,
} from './driver-errors.ts'
import { runStatement, type PreparedStatement } from './prepared-statement.ts'
import { probeServer } from './probe-server.ts'

const maxAttempts = 5
/** Without any answer for this long a server hangs. Shorter than the time limit of the health check. */
const hungAfterMs = 2500

export class PooledDatabase implements Database {
  readonly #options: CompleteDatabaseOptions
  readonly #knex: Knex
  /** Connections that only quick prepared statements use, so that who is signed in never waits for who searches or signs in. */
  readonly #lane: Knex
  #behindPooler: boolean
  #keepsStatements = true
  /** Connections of an earlier generation are not used again. */
  #generation = 0
  readonly #generations = new WeakMap<object, number>()
  readonly #sockets = new Set<Socket>()
  readonly #breaker = new CircuitBreaker({
    probe: () => probeServer(this.#options),
    patienceMs: () => this.#patienceMs(),
    onChange: (isOpen) => {
      if (isOpen) this.#cutConnections()
      this.#options.onHang(isOpen)
    },
  })
  #failed = 0

  constructor(options: CompleteDatabaseOptions) {
    this.#options = options
    this.#behindPooler = options.behindPooler
    const laneWidth = laneWidthOf(options.maxConnections)
    this.#knex = this.#pool(options.maxConnections - laneWidth)
    this.#lane = laneWidth === 0 ? this.#knex : this.#pool(laneWidth)
  }

  run<T>(statement: (knex: Knex) => PromiseLike<T>): Promise<T> {
    return this.#attempt(async () => {
      // A pooler would forget the timeouts between two statements, so they come with each.
      if (this.#behindPooler) return this.#inTransaction(async (transaction) => statement(transaction))
      return statement(this.#knex)
    })
  }

  prepared<Row>(statement: PreparedStatement, values: readonly unknown[]): Promise<readonly Row[]> {
    return this.#attempt(async () => {
      const call = { statement, values, isPrepared: this.#keepsStatements && !this.#behindPooler }
      const pool = statement.isLong ? this.#knex : this.#lane
      if (!this.#behindPooler) return runStatement<Row>(pool, call)
      return this.#inTransaction((transaction) => runStatement<Row>(transaction, call), pool)
    })
  }

  transaction<T>(work: (transaction: Knex.Transaction) => Promise<T>): Promise<T> {
    return this.#attempt(() => this.#inTransaction(work))
  }

  async maintain<T>(work: (transaction: Knex.Transaction) => Promise<T>): Promise<T> {
    const patient = new PooledDatabase({
      ...this.#options,
      behindPooler: this.#behindPooler,
      maxConnections: 1,
      statementTimeoutSeconds: 0,
      lockTimeoutSeconds: 0,
      idleInTransactionTimeoutSeconds: 0,
    })
    try {
      return await patient.transaction(work)
    } finally {
      await patient.close()
    }
  }

  poolUsage(): PoolUsage {
    const pools = [...new Set([this.#knex, this.#lane])].map(tarnPoolOf)
    const total = (count: (pool: TarnPool) => number) => pools.reduce((sum, pool) => sum + count(pool), 0)
    return {
      used: total((pool) => pool.numUsed()),
      idle: total((pool) => pool.numFree()),
      waiting: total((pool) => pool.numPendingAcquires()),
      failed: this.#failed,
      isHung: this.#breaker.isOpen,
    }
  }

  async ping(): Promise<void> {
    await this.run((knex) => knex.raw('select 1'))
  }

  async close(): Promise<void> {
    this.#breaker.close()
    await Promise.all([...new Set([this.#knex, this.#lane])].map((pool) => pool.destroy()))
  }

  async #attempt<T>(work: () => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#breaker.run(work)
      } catch (error) {
        this.#learnFrom(error)
        const again = attempt < maxAttempts && asksForAnother(error)
        // Never for a cut connection: nobody knows whether it had committed.
        if (!again) throw this.#failure(error)
        // Apart from each other, else those who deadlocked meet again.
        if (asksForRetry(error)) await wait(Math.random() * 10 * 2 ** attempt)
      }
    }
  }

  /**
   * The probe of a pooler waits while slow statements hold all its connections to the server. The first of
   * those has ended at the statement timeout.
   */
  #patienceMs(): number {
    const { statementTimeoutSeconds } = this.#options
    if (!this.#behindPooler) return hungAfterMs
    return statementTimeoutSeconds === 0 ? Infinity : hungAfterMs + statementTimeoutSeconds * 1000
  }

  #cutConnections(): void {
    this.#generation++
    for (const socket of this.#sockets)
      socket.destroy(Object.assign(new Error('The database does not answer'), { code: 'ETIMEDOUT' }))
  }

  #failure(error: unknown): unknown {
    const failure = translateDriverError(error)
    if (failure instanceof DatabaseUnavailable) this.#failed++
    return failure
  }

  #learnFrom(error: unknown): void {
    if (refusesStartupParameter(error)) this.#behindPooler = true
    if (lostPreparedStatement(error)) this.#keepsStatements = false
    if (isConnectionLost(error)) this.#generation++
  }

  #inTransaction<T>(work: (transaction: Knex.Transaction) => Promise<T>, pool = this.#knex): Promise<T> {
    return pool.transaction(async (transaction) => {
      if (this.#behindPooler) await transaction.raw(localTimeouts(this.#options))
      return work(transaction)
    })
  }

  #connectionConfig(): Knex.PgConnectionConfig {
    const behindPooler = this.#behindPooler
    return {
      ...connectionConfig(this.#options, { withTimeouts: !behindPooler, sockets: this.#sockets }),
      expirationChecker: () => behindPooler !== this.#behindPooler,
    }
  }

  #pool(maxConnections: number): Knex {
    const pool = knex({
      client: 'pg',
      connection: () => this.#connectionConfig(),
      // Else the message of an error holds the values of the statement, and messages end up in logs.
      compileSqlOnError: false,
      log: silent,
      pool: this.#poolConfig(maxConnections),
    })
    this.#markGenerations(pool.client as Knex.Client)
    this.#refuseStaleWork(pool.client as Knex.Client)
    return pool
  }

  /** By the moment at which a connection was begun: one that comes about during a switch may lead to the old server. */
  #markGenerations(client: Knex.Client): void {
    const connect = client.acquireRawConnection.bind(client) as () => Promise<object>
    client.acquireRawConnection = async () => {
      const generation = this.#generation
      const connection = await connect()
      this.#generations.set(connection, generation)
      return connection
    }
  }

  /** Work that waited for a connection when the circuit opened has failed already and must not run later. */
  #refuseStaleWork(client: Knex.Client): void {
    const acquire = client.acquireConnection.bind(client) as () => Promise<object>
    client.acquireConnection = async () => {
      const { epoch } = this.#breaker
      const connection = await acquire()
      if (this.#breaker.epoch === epoch) return connection
      await client.releaseConnection(connection)
      throw new DatabaseUnavailable(1)
    }
  }

  #poolConfig(maxConnections: number): Knex.PoolConfig {
    const { acquireTimeoutSeconds, connectTimeoutSeconds } = this.#options
    return {
      min: 0,
      max: maxConnections,
      acquireTimeoutMillis: acquireTimeoutSeconds * 1000,
      createTimeoutMillis: connectTimeoutSeconds * 1000 + 500,
      idleTimeoutMillis: 10_000,
      validate: (connection: object) => this.#generations.get(connection) === this.#generation,
    }
  }
}

/** The connection pool of Knex (tarn), which its types leave out. */
interface TarnPool {
  numUsed(): number
  numFree(): number
  numPendingAcquires(): number
}

const tarnPoolOf = (pool: Knex): TarnPool => (pool.client as { readonly pool: TarnPool }).pool

/** A fifth: two of ten. Where there are fewer than five connections, all use all. */
const laneWidthOf = (maxConnections: number): number => Math.floor(maxConnections / 5)

/** Nothing has been done, and what was wrong has been learnt or was bad luck. */
const asksForAnother = (error: unknown): boolean =>
  asksForRetry(error) || refusesStartupParameter(error) || lostPreparedStatement(error)

/** All that Knex would print reaches the caller as an error too. */
const ignore = (): void => undefined
const silent = { warn: ignore, error: ignore, deprecate: ignore, debug: ignore }
