import type { Knex } from 'knex'
import type { Statements } from './database.ts'
import { runStatement, type PreparedStatement } from './prepared-statement.ts'

/** A transaction in the shape of a database: what runs on it commits or rolls back together. */
export class TransactionDatabase implements Statements {
  readonly #transaction: Knex.Transaction

  constructor(transaction: Knex.Transaction) {
    this.#transaction = transaction
  }

  async run<T>(statement: (knex: Knex) => PromiseLike<T>): Promise<T> {
    return statement(this.#transaction)
  }

  prepared<Row>(statement: PreparedStatement, values: readonly unknown[]): Promise<readonly Row[]> {
    return runStatement(this.#transaction, { statement, values, isPrepared: false })
  }

  /** A savepoint: a refusal inside leaves the transaction usable. */
  transaction<T>(work: (transaction: Knex.Transaction) => Promise<T>): Promise<T> {
    return this.#transaction.transaction(work)
  }
}
