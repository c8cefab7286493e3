import type { HttpServer, MetricsPage } from '@audiohost/adapters-http'
import type { WorkerAudioProbe } from '@audiohost/adapters-media'
import type { Database } from '@audiohost/adapters-postgres'
import type { MetricsConfig } from '../config-metrics.ts'
import { readVersion } from '../version.ts'
import { ConnectionTraffic } from './connection-traffic.ts'
import { startMetricsServer, type MetricsServer } from './metrics-server.ts'
import type { PrometheusMetrics, Reading } from './prometheus-metrics.ts'

export interface WatchedParts {
  readonly http: HttpServer
  readonly database: Database
  readonly probe: Pick<WorkerAudioProbe, 'usage'>
  /** The address that a port for metrics of its own listens on. */
  readonly host: string
}

export interface Metrics {
  readonly collected: PrometheusMetrics
  /** Absent if the metrics have a port of their own. */
  readonly page: MetricsPage | undefined
  /** Reads the numbers of these parts, and serves the metrics if they have a port of their own. */
  watch(parts: WatchedParts): Promise<MetricsServer | undefined>
}

/** Loads the metrics modules. Without metrics none of them is loaded. */
export async function openMetrics({ port, token }: MetricsConfig): Promise<Metrics> {
  const { PrometheusMetrics } = await import('./prometheus-metrics.ts')
  const collected = new PrometheusMetrics({ version: readVersion() })
  return {
    collected,
    page: port === undefined && token !== undefined ? pageOf(collected, token) : undefined,
    watch: async ({ http, database, probe, host }) => {
      collected.addReadings([
        ...trafficReadings(new ConnectionTraffic(http.server)),
        ...loadReadings(http),
        ...poolReadings(database),
        ...probeReadings(probe),
      ])
      return port === undefined ? undefined : startMetricsServer(collected, { host, port, token })
    },
  }
}

const pageOf = (collected: PrometheusMetrics, token: string): MetricsPage => ({
  token,
  contentType: collected.contentType,
  render: () => collected.render(),
})

const trafficReadings = (traffic: ConnectionTraffic): Reading[] => [
  {
    name: 'http_open_connections',
    help: 'Connections of clients, idle ones included.',
    kind: 'gauge',
    read: () => traffic.openConnections,
  },
  {
    name: 'http_received_bytes_total',
    help: 'Bytes that clients sent, headers included.',
    kind: 'counter',
    read: () => traffic.bytesIn(),
  },
  {
    name: 'http_sent_bytes_total',
    help: 'Bytes sent to clients, headers included.',
    kind: 'counter',
    read: () => traffic.bytesOut(),
  },
]

const loadReadings = ({ load, connections }: HttpServer): Reading[] => [
  {
    name: 'http_shed_requests_total',
    help: 'Requests that were answered 503 because their client asked for more than could be served.',
    kind: 'counter',
    read: () => load.shedRequests,
  },
  {
    name: 'http_closed_idle_connections_total',
    help: 'Idle connections that were closed to make room for new ones.',
    kind: 'counter',
    read: () => connections.closedIdle,
  },
  {
    name: 'http_rejected_connections_total',
    help: 'New connections that were rejected because no other was idle.',
    kind: 'counter',
    read: () => connections.refused,
  },
]

const probeReadings = (probe: WatchedParts['probe']): Reading[] => [
  {
    name: 'probe_running_files',
    help: 'Uploaded files that are being examined.',
    kind: 'gauge',
    read: () => probe.usage().running,
  },
  {
    name: 'probe_waiting_files',
    help: 'Uploaded files that wait to be examined.',
    kind: 'gauge',
    read: () => probe.usage().waiting,
  },
]

const poolReadings = (database: Database): Reading[] => [
  {
    name: 'database_pool_connections',
    help: 'Connections to PostgreSQL by what they do.',
    kind: 'gauge',
    labels: ['state'],
    read: () => {
      const { used, idle } = database.poolUsage()
      return [
        { labels: { state: 'used' }, value: used },
        { labels: { state: 'idle' }, value: idle },
      ]
    },
  },
  {
    name: 'database_pool_waiting_callers',
    help: 'Statements that wait for a connection.',
    kind: 'gauge',
    read: () => database.poolUsage().waiting,
  },
  {
    name: 'database_hung',
    help: '1 while PostgreSQL does not answer and statements fail at once, else 0.',
    kind: 'gauge',
    read: () => Number(database.poolUsage().isHung),
  },
  {
    name: 'database_faults_total',
    help: 'Statements that failed because PostgreSQL did not serve them.',
    kind: 'counter',
    read: () => database.poolUsage().failed,
  },
]
