/** The database cannot serve this now, and the caller may try again: it is gone, overloaded or read-only. */
export class DatabaseUnavailable extends Error {
  readonly code = 'database_unavailable'
  readonly retryAfterSeconds: number

  constructor(retryAfterSeconds: number, options?: ErrorOptions) {
    super('The database cannot serve this now: try again later', options)
    this.name = 'DatabaseUnavailable'
    this.retryAfterSeconds = retryAfterSeconds
  }
}
