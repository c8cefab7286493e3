export interface DatabaseAddress {
  readonly host: string
  readonly port: number
  readonly user: string
  readonly password: string
  readonly database: string
}

export interface DatabaseOptions {
  /** A URL (`postgres://user:password@host:5432/name?sslmode=verify-full`) or its parts. */
  readonly address: string | DatabaseAddress
  readonly maxConnections?: number
  /** How long to wait for a free connection of the pool. */
  readonly acquireTimeoutSeconds?: number
  readonly connectTimeoutSeconds?: number
  /** How long one statement may run; without an answer after half as long again, its connection is given up. 0: no limit. */
  readonly statementTimeoutSeconds?: number
  readonly lockTimeoutSeconds?: number
  readonly idleInTransactionTimeoutSeconds?: number
  /**
   * Whether a pooler in transaction mode stands in between, to which the settings of a session mean nothing.
   * Found out by itself where the pooler refuses them, as pgbouncer does; to be said where it swallows them.
   */
  readonly behindPooler?: boolean
  /**
   * Called with true when the server stops answering and statements begin to fail at once, with false when it
   * answers again.
   */
  readonly onHang?: (isHung: boolean) => void
}

export type CompleteDatabaseOptions = Required<DatabaseOptions>

export const defaultDatabaseOptions = {
  maxConnections: 10,
  acquireTimeoutSeconds: 5,
  connectTimeoutSeconds: 5,
  statementTimeoutSeconds: 10,
  lockTimeoutSeconds: 5,
  idleInTransactionTimeoutSeconds: 10,
  behindPooler: false,
  onHang: () => undefined,
} satisfies Omit<CompleteDatabaseOptions, 'address'>
