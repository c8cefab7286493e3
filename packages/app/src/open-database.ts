import path from 'node:path'
import {
  checkPrerequisites,
  connectDatabase,
  DatabaseUnavailable,
  explainRefusal,
  joinEmbeddedServer,
  startEmbeddedServer,
  type Database,
  type DatabaseOptions,
  type EmbeddedServer,
} from '@audiohost/adapters-postgres'
import type { Logger } from 'pino'
import type { Config } from './config.ts'
import type { Progress } from './progress.ts'

export interface OpenedDatabase {
  readonly database: Database
  /** Closes the connections and stops the embedded server where this process started or adopted it. */
  close(): Promise<void>
}

export interface OpenDatabaseOptions {
  readonly config: Config
  readonly log: Logger
  readonly progress: Progress
  /**
   * `serve` is alone on its data folder. A `command` joins the embedded server of an app that is running,
   * or starts one for as long as it takes.
   */
  readonly role: 'serve' | 'command'
}

export async function openDatabase(options: OpenDatabaseOptions): Promise<OpenedDatabase> {
  const { config, progress } = options
  if (config.database.kind === 'external') {
    const database = connect(config.database.address, options)
    try {
      await waitUntilReachable(database, progress)
      await checkPrerequisites(database)
    } catch (error) {
      await database.close()
      throw explainRefusal(error) ?? error
    }
    return { database, close: () => database.close() }
  }
  const server = await openEmbeddedServer(options)
  const database = connect(server.url, options)
  return {
    database,
    close: async () => {
      await database.close()
      await server.stop()
    },
  }
}

function connect(
  address: DatabaseOptions['address'],
  { config, log }: Pick<OpenDatabaseOptions, 'config' | 'log'>,
): Database {
  return connectDatabase({
    address,
    maxConnections: config.database.poolSize,
    onHang: (isHung) => {
      if (isHung) log.error('the database does not answer: requests that need it fail until it does')
      else log.info('the database answers again')
    },
  })
}

async function openEmbeddedServer({
  config,
  log,
  progress,
  role,
}: OpenDatabaseOptions): Promise<EmbeddedServer> {
  const folder = path.join(config.dataFolder, 'postgres')
  const running = role === 'command' ? await joinEmbeddedServer(folder) : undefined
  if (running) return running
  progress(`starting PostgreSQL in ${folder} ...`)
  return startEmbeddedServer({
    folder,
    log: (message) => {
      log.info(message)
    },
  })
}

const patienceMs = 30_000
const pauseMs = 500

/**
 * Waits for a database that starts together with the app. Fails if it never answers, and at once if waiting
 * cannot help, as with a wrong password.
 */
async function waitUntilReachable(database: Database, progress: Progress): Promise<void> {
  const deadline = Date.now() + patienceMs
  for (let attempt = 1; ; attempt++) {
    try {
      await database.ping()
      return
    } catch (error) {
      const mayPass = error instanceof DatabaseUnavailable && !explainRefusal(error)
      if (!mayPass || Date.now() > deadline) throw error
      if (attempt === 1) progress('waiting for the database ...')
      await new Promise((resolve) => setTimeout(resolve, pauseMs))
    }
  }
}
