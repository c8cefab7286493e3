import { mkdir, realpath } from 'node:fs/promises'
import type { DatabaseAddress } from './database-options.ts'
import { findBinaries } from './embedded/binaries.ts'
import {
  checkVersion,
  clusterIn,
  createCluster,
  exists,
  readPassword,
  removeUnfinished,
  superuser,
} from './embedded/cluster.ts'
import { isGuarded } from './embedded/guard.ts'
import { repairCluster } from './embedded/repair-cluster.ts'
import { findPostmaster } from './embedded/postmaster.ts'
import { RunningServer } from './embedded/running-server.ts'
import { chooseAccount } from './embedded/server-account.ts'

export interface EmbeddedServerOptions {
  /** Where the database lives; made where it is not there. */
  readonly folder: string
  /** Told in a line what happens: made, started, adopted, lost, stopped. */
  readonly log: (message: string) => void
}

/** A PostgreSQL of our own, which runs for this process only and listens on 127.0.0.1 only. */
export interface EmbeddedServer {
  readonly address: DatabaseAddress
  readonly url: string
  /** Cuts all connections, flushes everything and resolves when no process of the server is left. */
  stop(): Promise<void>
}

/** For throw-away servers of tests: never in production. */
export interface ServerTuning {
  readonly settings?: Readonly<Record<string, string>>
  readonly initArguments?: readonly string[]
  /** How long a server that was found running may say nothing before it is started anew. */
  readonly silenceSeconds?: number
}

const databaseName = 'audiohost'

/**
 * Starts the database in the folder, or adopts the server that a killed process left running there.
 * @throws FolderInUse, EmbeddedServerFailed
 */
export async function startEmbeddedServer(
  { folder: path, log }: EmbeddedServerOptions,
  { settings = {}, initArguments = [], silenceSeconds = 10 }: ServerTuning = {},
): Promise<EmbeddedServer> {
  await mkdir(path, { recursive: true })
  const folder = await realpath(path)
  const cluster = clusterIn(folder)
  const binaries = await findBinaries()
  const account = await chooseAccount(cluster.folder, [binaries.postgres, cluster.folder])
  const tools = { binaries, account }
  if (!(await exists(cluster.folder))) {
    log(`making a new database in ${folder}`)
    await createCluster(folder, tools, initArguments)
  }
  if (await repairCluster(cluster, account))
    log(`repaired the owner and the modes of the files in ${cluster.folder}`)
  await checkVersion(cluster, tools)
  const password = await readPassword(cluster)
  const server = await RunningServer.start({
    folder,
    cluster,
    tools,
    password,
    settings,
    silenceSeconds,
    log,
  })
  try {
    await server.ensureDatabase(databaseName)
    await removeUnfinished(folder)
  } catch (error) {
    await server.stop()
    throw error
  }
  return { ...locate(server.port, password), stop: () => server.stop() }
}

/**
 * The server that another process holds and keeps running, to work beside it; `undefined` where none does.
 * It ends when that process ends; `stop` leaves it alone.
 */
export async function joinEmbeddedServer(path: string): Promise<EmbeddedServer | undefined> {
  const cluster = clusterIn(path)
  if (!(await exists(cluster.folder))) return undefined
  const postmaster = await findPostmaster(cluster.data)
  if (!postmaster) return undefined
  const password = await readPassword(cluster)
  // Not reachable yet, or held by nobody: starting takes its turn and finds out which.
  const isHeld = await isGuarded({ port: postmaster.port, password }).catch(() => false)
  if (!isHeld) return undefined
  return { ...locate(postmaster.port, password), stop: () => Promise.resolve() }
}

function locate(port: number, password: string): Pick<EmbeddedServer, 'address' | 'url'> {
  const address = { host: '127.0.0.1', port, user: superuser, password, database: databaseName }
  return { address, url: `postgres://${superuser}:${password}@127.0.0.1:${port}/${databaseName}` }
}
