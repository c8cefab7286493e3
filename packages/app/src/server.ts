import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createHttpServer } from '@audiohost/adapters-http'
import { migrateDatabase, migrationStatus, type Database } from '@audiohost/adapters-postgres'
import { SweepLeftovers } from '@audiohost/core'
import type { Logger } from 'pino'
import type { Config } from './config.ts'
import { createContainer } from './container.ts'
import { keptInternalSecret } from './internal-secret.ts'
import { logIncidents } from './log-incidents.ts'
import { createApp } from './modules/http.ts'
import { openContents } from './open-contents.ts'
import { openDatabase } from './open-database.ts'
import type { Progress } from './progress.ts'
import { scheduleSweeps } from './sweep-schedule.ts'

export interface ServerOptions {
  readonly config: Config
  readonly log: Logger
  readonly progress: Progress
}

export interface RunningServer {
  readonly port: number
  /** Stops accepting, lets what is in flight finish within the grace, then stops all that was started. */
  close(): Promise<void>
}

/** Brings everything up in order and listens. Where a step fails, what came up before it goes down again. */
export async function startServer({ config, log, progress }: ServerOptions): Promise<RunningServer> {
  const opened = await openDatabase({ config, log, progress, role: 'serve' })
  const { database } = opened
  try {
    await prepareSchema(database, config, progress)
    const contents = await openContents(config.storage)
    const internalSecret = config.secrets.current ?? (await keptInternalSecret(config.dataFolder))
    const incidents = logIncidents(log)
    const container = await createContainer({ config, internalSecret, database, contents, incidents })

    let draining = false
    const app = createApp(container, {
      config,
      log,
      healthChecks: [
        { name: 'database', check: () => database.ping() },
        { name: 'storage', check: () => contents.check() },
      ],
      isDraining: () => draining,
    })
    const http = createHttpServer(app, {
      onRefusal: ({ status, code, requestId }) => {
        log.info({ request_id: requestId, status, code }, 'refused before it was a request')
      },
    })
    const port = await listen(http.server, config)
    const sweeps = scheduleSweeps(container.get(SweepLeftovers), log)
    return {
      port,
      close: async () => {
        draining = true
        await http.close(config.shutdownGraceSeconds * 1000)
        await sweeps.stop()
        await opened.close()
      },
    }
  } catch (error) {
    await opened.close()
    throw error
  }
}

async function prepareSchema(database: Database, config: Config, progress: Progress): Promise<void> {
  if (config.migrateOnStart) {
    const applied = await migrateDatabase(database)
    if (applied.length > 0) progress(`brought the database up to date: ${applied.join(', ')}`)
    return
  }
  const { pending } = await migrationStatus(database)
  if (pending.length > 0) {
    throw new Error(
      `The database lacks ${pending.join(', ')}: run audiohost migrate, or set MIGRATE_ON_START=on`,
    )
  }
}

function listen(server: Server, { host, port }: Config): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.off('error', reject)
      resolve((server.address() as AddressInfo).port)
    })
  })
}
