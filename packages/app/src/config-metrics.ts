import type { Variables } from './config.ts'

/** Where `/metrics` is served: on a port of its own if there is one, else on the port of the API, behind the token. */
export interface MetricsConfig {
  readonly port: number | undefined
  readonly token: string | undefined
}

/** `undefined`: the metrics are off. */
export const readMetrics = ({
  METRICS_PORT: port,
  METRICS_TOKEN: token,
}: Variables): MetricsConfig | undefined =>
  port === undefined && token === undefined ? undefined : { port, token }
