import DataLoader from 'dataloader'
import type { Database } from './database.ts'
import type { PreparedStatement } from './prepared-statement.ts'

// A longer statement would keep the event loop busy with one answer.
const maxIdsPerStatement = 200

export interface SharedRead<Row> {
  /** Its only value is an array of ids. */
  readonly statement: PreparedStatement
  readonly idOf: (row: Row) => string
}

/**
 * Reads rows by their ids. Whoever asks within one turn of the event loop shares one statement, which starts after
 * all of them asked: nobody is ever told of a state from before the question (docs/decisions/0026).
 */
export class SharedReads<Row> {
  readonly #database: Database
  readonly #read: SharedRead<Row>
  readonly #rows: DataLoader<string, Row | undefined>

  constructor(database: Database, read: SharedRead<Row>) {
    this.#database = database
    this.#read = read
    this.#rows = new DataLoader((ids) => this.#readAll(ids), {
      // Nothing is kept: the next turn reads again.
      cache: false,
      batchScheduleFn: setImmediate,
      maxBatchSize: maxIdsPerStatement,
    })
  }

  find(id: string): Promise<Row | undefined> {
    return this.#rows.load(id)
  }

  async #readAll(ids: readonly string[]): Promise<readonly (Row | undefined)[]> {
    const { statement, idOf } = this.#read
    const rows = await this.#database.prepared<Row>(statement, [[...new Set(ids)]])
    const byId = new Map(rows.map((row) => [idOf(row), row]))
    return ids.map((id) => byId.get(id))
  }
}
