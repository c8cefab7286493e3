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

/**
 * Whether the server, or a pooler in front of it, sent this error: those have a code of five characters
 * (SQLSTATE).
 */
export const isServerAnswer = (error: unknown): boolean =>
  /^(?=.*\d)[\dA-Z]{5}$/.test(asDriverError(error)?.code ?? '')

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

/**
 * Connection and driver disagree about what was prepared: a pooler has swapped the connection (26000, 42P05), or a
 * migration has changed a type that the plan returns (0A000). Nothing has been run.
 */
export function lostPreparedStatement(error: unknown): boolean {
  const { code, message = '' } = asDriverError(error) ?? {}
  return code === '26000' || code === '42P05' || (code === '0A000' && message.includes('cached plan'))
}

// https://www.postgresql.org/docs/current/errcodes-appendix.html
const lostStates = /^(08...|57P0[1-5]|25006|25P03|40003)$/
const shortOfResources = /^(53...|58...)$/
const busyStates = /^(40001|40P01|55P03|57014)$/
const lostSystemCodes = new Set([
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
const lostMessages =
  /(Connection terminated|timeout expired|not queryable|Connection ended unexpectedly|Unable to acquire a connection|^aborted$)/
const poolNames = new Set(['KnexTimeoutError', 'TimeoutError'])

/**
 * Whether the connection is of no use any more, and probably others of the pool neither: it was cut, the server ends,
 * or the server has become a standby and the one that takes over is reached by connecting anew.
 */
export function isConnectionLost(error: unknown): boolean {
  const { code = '', message = '' } = asDriverError(error) ?? {}
  return lostStates.test(code) || lostSystemCodes.has(code) || (code === '' && lostMessages.test(message))
}

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
  const { code = '', name } = driverError
  if (poolNames.has(name) || busyStates.test(code)) {
    return new DatabaseUnavailable(secondsUntilFree, { cause: error })
  }
  if (shortOfResources.test(code) || isConnectionLost(error)) {
    return new DatabaseUnavailable(secondsUntilBack, { cause: error })
  }
  return error
}

/** The server quotes whole rows here, password hashes and addresses included, and errors end up in logs. */
function withoutRowValues(error: Error): void {
  for (const field of ['detail', 'where']) Reflect.deleteProperty(error, field)
}
