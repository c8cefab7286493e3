import { setTimeout as wait } from 'node:timers/promises'
import pg from 'pg'
import { superuser } from './cluster.ts'
import { FolderInUse } from './errors.ts'

/**
 * The one connection that holds the folder for this process: a session lock that the server itself releases when the
 * connection ends, however this process dies.
 */
export interface Guard {
  /** Resolves when the connection has ended, which it does by itself only when the server does. */
  readonly lost: Promise<void>
  query(text: string): Promise<readonly object[]>
}

export interface GuardOptions {
  readonly folder: string
  readonly port: number
  readonly password: string
}

const lockKey = 0x4b1b48b7
// The server may take a moment to notice that the process which held the lock has died.
const lockTries = 10
const lockPauseMs = 200

/** Whether a process holds the folder now. @throws the error of the driver where the server does not let us in */
export async function isGuarded(options: Omit<GuardOptions, 'folder'>): Promise<boolean> {
  const client = clientOf(options)
  await client.connect()
  try {
    // Manual, 53.13: the upper half of the key is in classid, the lower in objid.
    const { rowCount } = await client.query(
      "select from pg_locks where locktype = 'advisory' and classid = 0 and objid = $1 and granted",
      [lockKey],
    )
    return rowCount !== 0
  } finally {
    await client.end()
  }
}

function clientOf({ port, password }: Omit<GuardOptions, 'folder'>): pg.Client {
  const client = new pg.Client({
    host: '127.0.0.1',
    port,
    user: superuser,
    password,
    // Session locks belong to one database, so all ask in the same one.
    database: 'postgres',
    application_name: 'audiohost guard',
    connectionTimeoutMillis: 3000,
    keepAlive: true,
  })
  // An error is followed by the end; without a listener it would end the process.
  client.on('error', () => undefined)
  return client
}

/** @throws FolderInUse, or the error of the driver where the server does not let us in */
export async function takeGuard({ folder, port, password }: GuardOptions): Promise<Guard> {
  const client = clientOf({ port, password })
  const lost = new Promise<void>((resolve) => {
    client.on('end', resolve)
  })
  await client.connect()
  try {
    await lock(client, folder)
  } catch (error) {
    await client.end()
    throw error
  }
  return {
    lost,
    query: async (text) => (await client.query<object>(text)).rows,
  }
}

async function lock(client: pg.Client, folder: string): Promise<void> {
  for (let tries = lockTries; tries > 0; tries--) {
    const { rows } = await client.query<{ taken: boolean }>('select pg_try_advisory_lock($1) as taken', [
      lockKey,
    ])
    if (rows[0]?.taken) return
    await wait(lockPauseMs)
  }
  throw new FolderInUse(folder)
}
