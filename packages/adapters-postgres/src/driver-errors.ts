import { DatabaseUnavailable } from './database-unavailable.ts'

interface DriverError extends Error {
  readonly code?: string
  readonly constraint?: string
}

const asDriverError = (error: unknown): DriverError | undefined =>
  error instanceof Error ? error : undefined

/** Whether the statement was refused because of this unique constraint. */
export function violatesUnique(error: unknown, constraint: string): boolean {
  const { code, constraint: violated } = asDriverError(error) ?? {}
  return code === '23505' && violated === constraint
}

/** Serialization failure or deadlock: PostgreSQL asks for the whole transaction again (manual, 13.5). */
export function asksForRetry(error: unknown): boolean {
  const code = asDriverError(error)?.code
  return code === '40001' || code === '40P01'
}

/** How pgbouncer refuses settings in the startup packet; real servers know the ones that are sent. */
export function refusesStartupParameter(error: unknown): boolean {
  const driverError = asDriverError(error)
  return driverError?.code === '08P01' && driverError.message.includes('unsupported startup parameter')
}

/** The server that answered has become a standby: writes go to another one, behind the same address. */
export const isReadOnlyServer = (error: unknown): boolean => asDriverError(error)?.code === '25006'

// https://www.postgresql.org/docs/current/errcodes-appendix.html
const goneStates = /^(08...|57P0[1-5]|58...|25006|25P03|40003|53[1-4]..)$/
const busyStates = /^(40001|40P01|55P03|57014|53000)$/
const goneSystemCodes = new Set([
  'EAI_AGAIN',
  'ECONNABORTED',
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTDOWN',
  'EHOSTUNREACH',
  'EMFILE',
  'ENETDOWN',
  'ENETUNREACH',
  'ENFILE',
  'ENOENT',
  'ENOTFOUND',
  'EPIPE',
  'ETIMEDOUT',
])
// pg has no codes for these; Knex puts the statement before the message.
const goneMessages =
  /(Connection terminated|timeout expired|not queryable|Connection ended unexpectedly|Unable to acquire a connection|aborted)/
const poolNames = new Set(['KnexTimeoutError', 'TimeoutError'])

const secondsUntilFree = 1
const secondsUntilBack = 5

/**
 * The one place where the driver's failures get their meaning: a `DatabaseUnavailable` where the caller may try again,
 * else the error itself without the values of the row.
 */
export function translateDriverError(error: unknown): unknown {
  const driverError = asDriverError(error)
  if (!driverError || driverError instanceof DatabaseUnavailable) return error
  withoutRowValues(driverError)
  const { code = '', name, message } = driverError
  if (poolNames.has(name) || busyStates.test(code)) {
    return new DatabaseUnavailable(secondsUntilFree, { cause: error })
  }
  if (goneStates.test(code) || goneSystemCodes.has(code) || (code === '' && goneMessages.test(message))) {
    return new DatabaseUnavailable(secondsUntilBack, { cause: error })
  }
  return error
}

/** The server quotes whole rows here, password hashes and addresses included, and errors end up in logs. */
function withoutRowValues(error: Error): void {
  for (const field of ['detail', 'where']) Reflect.deleteProperty(error, field)
}
