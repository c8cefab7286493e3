import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { isSameSecret } from '@audiohost/adapters-http'
import type { PrometheusMetrics } from './prometheus-metrics.ts'

export interface MetricsServer {
  readonly port: number
  close(): Promise<void>
}

export interface MetricsServerOptions {
  readonly host: string
  readonly port: number
  /** Absent: every client that reaches the port may read. */
  readonly token: string | undefined
}

/** Serves `GET /metrics`, and nothing else, on a port of its own. */
export async function startMetricsServer(
  metrics: PrometheusMetrics,
  { host, port, token }: MetricsServerOptions,
): Promise<MetricsServer> {
  const server = createServer((req, res) => {
    answer({ metrics, token }, req, res).catch(() => res.destroy())
  })
  server.maxConnections = 100
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) => {
      reject(new Error(`Cannot serve metrics on ${host}:${port}: set METRICS_PORT to a free port`, { cause }))
    })
    server.listen(port, host, resolve)
  })
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve()
        })
        server.closeAllConnections()
      }),
  }
}

async function answer(
  { metrics, token }: { readonly metrics: PrometheusMetrics; readonly token: string | undefined },
  req: IncomingMessage,
  res: ServerResponse,
): Promise<void> {
  const refuse = (status: number, text: string, headers = {}): void => {
    res.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8', ...headers }).end(`${text}\n`)
  }
  if (req.url?.split('?')[0] !== '/metrics') {
    refuse(404, 'The metrics are at /metrics.')
  } else if (req.method !== 'GET' && req.method !== 'HEAD') {
    refuse(405, 'Send GET.', { Allow: 'GET, HEAD' })
  } else if (token !== undefined && !isSameSecret(bearerOf(req), token)) {
    refuse(401, 'Send METRICS_TOKEN as a Bearer token.', { 'WWW-Authenticate': 'Bearer' })
  } else {
    const text = await metrics.render()
    res.writeHead(200, { 'Content-Type': metrics.contentType, 'Cache-Control': 'no-store' })
    res.end(req.method === 'HEAD' ? undefined : text)
  }
}

const bearerOf = (req: IncomingMessage): string =>
  /^bearer +(\S+) *$/i.exec((req.headers.authorization ?? '').slice(0, 1000))?.[1] ?? ''
