import type { Variables } from './config.ts'

/** `/metrics` is served on `port` if it is set, else on the port of the API with the token. */
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
