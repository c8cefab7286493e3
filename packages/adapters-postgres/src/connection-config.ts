import { Socket } from 'node:net'
import type { Knex } from 'knex'
import { columnTypes } from './column-types.ts'
import type { CompleteDatabaseOptions } from './database-options.ts'

/**
 * What the driver needs for one connection; without `withTimeouts` no settings are sent to the server.
 * `sockets` collects the sockets of open connections.
 */
export function connectionConfig(
  options: CompleteDatabaseOptions,
  { withTimeouts, sockets }: { readonly withTimeouts: boolean; readonly sockets?: Set<Socket> },
): Knex.PgConnectionConfig {
  const { address } = options
  return {
    ...(typeof address === 'string' ? { connectionString: withPlainName(address) } : address),
    application_name: 'audiohost',
    connectionTimeoutMillis: options.connectTimeoutSeconds * 1000,
    keepAlive: true,
    types: columnTypes,
    stream: () => {
      const socket = socketThatGivesUp(options.statementTimeoutSeconds)
      sockets?.add(socket)
      socket.once('close', () => sockets?.delete(socket))
      return socket
    },
    ...(withTimeouts && {
      statement_timeout: milliseconds(options.statementTimeoutSeconds),
      lock_timeout: milliseconds(options.lockTimeoutSeconds),
      idle_in_transaction_session_timeout: milliseconds(options.idleInTransactionTimeoutSeconds),
    }),
  }
}

/**
 * The driver does not decode reserved characters in the database name, and in a path they need no encoding.
 */
function withPlainName(address: string): string {
  const url = new URL(address)
  url.pathname = url.pathname.replace(/%(?:24|26|2b|2c|2f|3a|3b|3d|40)/gi, decodeURIComponent)
  return url.href
}

/** The same settings for one transaction, which is all that a pooler lets pass. */
export function localTimeouts(options: CompleteDatabaseOptions): string {
  return `
    set local statement_timeout = ${milliseconds(options.statementTimeoutSeconds)};
    set local lock_timeout = ${milliseconds(options.lockTimeoutSeconds)};
    set local idle_in_transaction_session_timeout = ${milliseconds(options.idleInTransactionTimeoutSeconds)}`
}

const milliseconds = (seconds: number): number => Math.round(seconds * 1000)

/**
 * A peer that vanished without a word would keep a statement waiting for a quarter of an hour (tcp_retries2).
 * A living server has answered or ended the statement by then, and idle connections are closed earlier.
 */
function socketThatGivesUp(statementTimeoutSeconds: number): Socket {
  const socket = new Socket()
  if (statementTimeoutSeconds === 0) return socket
  socket.setTimeout(milliseconds(statementTimeoutSeconds * 1.5), () => {
    socket.destroy(Object.assign(new Error('The database does not answer'), { code: 'ETIMEDOUT' }))
  })
  return socket
}
