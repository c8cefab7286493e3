import { createHash } from 'node:crypto'
import type { Knex } from 'knex'

/** A statement that a connection parses and plans once. */
export interface PreparedStatement {
  /** Unique among all statements of this product: with a digest of the text, the connection knows it by this name. */
  readonly name: string
  /** With `$1`, `$2`, ... for the values. */
  readonly text: string
  /** Reads more than a few rows: it stands in line with all others, and not with the quick ones. */
  readonly isLong?: true
}

/** What is used of the driver's connection. */
interface Connection {
  query(query: {
    readonly name?: string
    readonly text: string
    readonly values: readonly unknown[]
  }): Promise<{ readonly rows: readonly unknown[] }>
}

interface ConnectionSource {
  acquireConnection(): Promise<Connection>
  releaseConnection(connection: Connection): Promise<void>
}

export interface StatementCall {
  readonly statement: PreparedStatement
  readonly values: readonly unknown[]
  readonly isPrepared: boolean
}

const names = new WeakMap<PreparedStatement, string>()

/** Behind a pooler that nobody told of, another release may have prepared another text on the same connection. */
export function nameOf(statement: PreparedStatement): string {
  const known = names.get(statement)
  if (known !== undefined) return known
  const digest = createHash('sha256').update(statement.text).digest('hex').slice(0, 12)
  const name = `${statement.name}-${digest}`
  names.set(statement, name)
  return name
}

/**
 * Hands the statement to the driver as it is. Knex would build it anew and has no names for statements, which together
 * cost more than the statement itself.
 */
export async function runStatement<Row>(knex: Knex, call: StatementCall): Promise<readonly Row[]> {
  const { statement, values, isPrepared } = call
  const source = knex.client as ConnectionSource
  const connection = await source.acquireConnection()
  try {
    const query = isPrepared
      ? { name: nameOf(statement), text: statement.text, values }
      : { text: statement.text, values }
    const { rows } = await connection.query(query)
    return rows as readonly Row[]
  } finally {
    await source.releaseConnection(connection)
  }
}
