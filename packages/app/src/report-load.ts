import type { HttpServer } from '@audiohost/adapters-http'
import type { Logger } from 'pino'

const intervalMs = 10_000

/** Logs at most every ten seconds what the server refused because of its load, until the server closes. */
export function reportLoad({ server, load, connections }: HttpServer, log: Logger): void {
  const countsNow = () => [load.shedRequests, connections.closedIdle, connections.refused] as const
  let last = countsNow()
  const timer = setInterval(() => {
    const now = countsNow()
    const [shed, closedIdle, rejected] = now.map((count, index) => count - (last[index] ?? 0))
    last = now
    if (!shed && !closedIdle && !rejected) return
    const counts = {
      shed_requests: shed,
      closed_idle_connections: closedIdle,
      rejected_connections: rejected,
    }
    log.warn({ ...counts, open_connections: connections.count }, 'shedding load')
  }, intervalMs).unref()
  server.once('close', () => {
    clearInterval(timer)
  })
}
