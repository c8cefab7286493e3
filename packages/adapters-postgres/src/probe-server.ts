import type { Socket } from 'node:net'
import pg from 'pg'
import { connectionConfig } from './connection-config.ts'
import type { CompleteDatabaseOptions } from './database-options.ts'
import { isServerAnswer } from './driver-errors.ts'

const limitMs = 2000

/**
 * Resolves if the server answers on a new connection, even with a refusal. @throws what the connection fails
 * with
 */
export async function probeServer(options: CompleteDatabaseOptions): Promise<void> {
  const config = connectionConfig(options, { withTimeouts: false }) as pg.ClientConfig
  const client = new pg.Client({ ...config, connectionTimeoutMillis: limitMs, query_timeout: limitMs })
  // An error of the connection after the answer does not matter.
  client.on('error', () => undefined)
  try {
    await client.connect()
    await client.query('select 1')
  } catch (error) {
    if (!isServerAnswer(error)) throw error
  } finally {
    // `end` would wait for the server.
    ;(client as unknown as { readonly connection: { readonly stream: Socket } }).connection.stream.destroy()
  }
}
