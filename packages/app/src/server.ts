import type { AddressInfo } from 'node:net'
import {
  createHttpServer,
  healthReader,
  type HealthCheck,
  type HttpServer,
  type HttpServerOptions,
} from '@audiohost/adapters-http'
import { StorageFull, StorageUnavailable, SweepLeftovers, type AudioContentStore } from '@audiohost/core'
import type { Logger } from 'pino'
import type { Config } from './config.ts'
import { createApp } from './modules/http.ts'
import { openApplication, type Application } from './open-application.ts'
import type { OpenedDatabase } from './open-database.ts'
import { openMetrics, type Metrics } from './metrics/open-metrics.ts'
import { openOperatorPorts } from './operator-ports.ts'
import { reportLoad } from './report-load.ts'
import type { Progress } from './progress.ts'
import { scheduleSweeps } from './sweep-schedule.ts'

export interface ServerOptions {
  readonly config: Config
  readonly log: Logger
  readonly progress: Progress
  /** A database that is being opened already. */
  readonly opening?: Promise<OpenedDatabase>
}

export interface RunningServer {
  readonly port: number
  /** Stops accepting, lets what is in flight finish within the grace, then stops all that was started. */
  close(): Promise<void>
}

/** Brings everything up in order and listens. Where a step fails, what came up before it goes down again. */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const metrics = options.config.metrics && (await openMetrics(options.config.metrics))
  const application = await openApplication({
    ...options,
    role: 'serve',
    onIncident: metrics?.collected.incidentReported,
  })
  try {
    return await listen(application, options, metrics)
  } catch (error) {
    await application.close()
    throw error
  }
}

async function listen(
  application: Application,
  { config, log }: ServerOptions,
  metrics: Metrics | undefined,
): Promise<RunningServer> {
  const { container } = application
  let draining = false
  const health = {
    log,
    healthChecks: healthChecksOf(application, log),
    isDraining: () => draining,
  }
  const app = createApp(container, {
    ...health,
    config,
    metrics: metrics?.collected,
    metricsPage: metrics?.page,
  })
  const onRefusal = refusalReporter(log, metrics)
  const http = createHttpServer(app, { ...config, onRefusal })
  const readHealth = healthReader(health)
  const operatorPorts = await openOperatorPorts({ config, log, application, http, metrics, readHealth })
  const port = await bind(http, config, log).catch(async (error: unknown) => {
    await operatorPorts.close()
    throw error
  })
  const sweeps = scheduleSweeps(container.get(SweepLeftovers), log)
  return {
    port,
    close: async () => {
      draining = true
      await http.close(config.shutdownGraceSeconds * 1000)
      await sweeps.stop()
      await operatorPorts.close()
      await application.close()
    },
  }
}

const refusalReporter =
  (log: Logger, metrics: Metrics | undefined): NonNullable<HttpServerOptions['onRefusal']> =>
  ({ status, code, requestId }) => {
    metrics?.collected.requestRefused(code)
    log.info({ request_id: requestId, status, code }, 'refused before it was a request')
  }

const healthChecksOf = ({ database, contents }: Application, log: Logger): HealthCheck[] => [
  {
    name: 'database',
    check: async () => {
      await database.ping()
      return 'ok'
    },
  },
  { name: 'storage', check: () => checkStorage(contents, log) },
]

/** A node with a full or read-only disk accepts no uploads but still plays audio, so it stays in service. */
async function checkStorage(contents: AudioContentStore, log: Logger): Promise<'ok' | 'degraded'> {
  try {
    await contents.check()
    return 'ok'
  } catch (error) {
    if (!refusesOnlyWrites(error)) throw error
    log.warn({ err: error }, 'the storage is full or read-only: uploads are refused, the rest goes on')
    return 'degraded'
  }
}

const refusesOnlyWrites = (error: unknown): boolean =>
  error instanceof StorageFull || (error instanceof StorageUnavailable && error.isReadOnly)

function bind(http: HttpServer, { host, port }: Config, log: Logger): Promise<number> {
  const { server } = http
  reportLoad(http, log)
  return new Promise((resolve, reject) => {
    server.once('error', (cause) => {
      reject(
        new Error(`Cannot listen on ${host}:${port}; set HOST and PORT to an address that is free`, {
          cause,
        }),
      )
    })
    server.listen(port, host, () => {
      server.removeAllListeners('error')
      resolve((server.address() as AddressInfo).port)
    })
  })
}
