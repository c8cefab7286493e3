import type { Knex } from 'knex'
import type { PreparedStatement } from './prepared-statement.ts'

/** Current use of the connections of a pool, and the number of failures. */
export interface PoolUsage {
  readonly used: number
  readonly idle: number
  /** Callers that wait for a connection. */
  readonly waiting: number
  /** Statements and transactions that have failed with a `DatabaseUnavailable` so far. */
  readonly failed: number
  /** Whether the server answers nothing, so that statements fail at once. */
  readonly isHung: boolean
}

/** The part of a database that repositories inside a transaction use. */
export type Statements = Pick<Database, 'run' | 'prepared' | 'transaction'>

/**
 * A pool of connections to one PostgreSQL database. Every error that comes out has been translated
 * (`driver-errors.ts`): where the caller may try again it is a `DatabaseUnavailable`.
 */
export interface Database {
  /** Runs one statement, committed by itself. Deadlocks are retried, so the statement may run more than once. */
  run<T>(statement: (knex: Knex) => PromiseLike<T>): Promise<T>
  /**
   * As `run`, for the few statements that run at every request: without Knex and, where no pooler stands in between,
   * parsed and planned once a connection.
   */
  prepared<Row>(statement: PreparedStatement, values: readonly unknown[]): Promise<readonly Row[]>
  /**
   * Runs `work` in one transaction, which commits when it resolves and rolls back when it throws.
   * Only the handle is to be used inside. Deadlocks are retried, so `work` may run more than once.
   */
  transaction<T>(work: (transaction: Knex.Transaction) => Promise<T>): Promise<T>
  /** A transaction that may wait and work for as long as it needs, on a connection of its own. */
  maintain<T>(work: (transaction: Knex.Transaction) => Promise<T>): Promise<T>
  poolUsage(): PoolUsage
  /** Resolves where the database answers. */
  ping(): Promise<void>
  /** Waits for what runs, then closes every connection. */
  close(): Promise<void>
}
