import type { HttpServer, Health } from '@audiohost/adapters-http'
import type { Logger } from 'pino'
import type { Config } from './config.ts'
import { startHealthListener } from './health/start-health-listener.ts'
import type { Metrics } from './metrics/open-metrics.ts'
import type { Application } from './open-application.ts'

export interface OperatorPortsOptions {
  readonly config: Config
  readonly log: Logger
  readonly application: Application
  readonly http: HttpServer
  readonly metrics: Metrics | undefined
  readonly readHealth: () => Promise<Health>
}

export interface OperatorPorts {
  close(): Promise<void>
}

/** Serves metrics and health checks on ports of their own, as far as they are configured. */
export async function openOperatorPorts(options: OperatorPortsOptions): Promise<OperatorPorts> {
  const { config, log, application, http, metrics, readHealth } = options
  const { host, healthPort } = config
  const metricsServer = await metrics?.watch({ ...application, http, host })
  if (metricsServer) log.info({ port: metricsServer.port }, 'serving metrics')
  if (healthPort === undefined) return { close: async () => metricsServer?.close() }
  try {
    const health = await startHealthListener({ host, port: healthPort, readHealth, log })
    log.info({ port: health.port }, 'serving health checks')
    return {
      close: async () => {
        await Promise.all([metricsServer?.close(), health.close()])
      },
    }
  } catch (error) {
    await metricsServer?.close()
    throw error
  }
}
