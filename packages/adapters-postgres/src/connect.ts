import type { Database } from './database.ts'
import { defaultDatabaseOptions, type DatabaseOptions } from './database-options.ts'
import { PooledDatabase } from './pooled-database.ts'

/** Opens no connection before it is used. */
export function connectDatabase(options: DatabaseOptions): Database {
  return new PooledDatabase({ ...defaultDatabaseOptions, ...options })
}
