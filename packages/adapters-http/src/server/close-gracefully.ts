import type { Server } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import type { RunningHandlers } from './running-handlers.ts'

const sweepMs = 100
/** How long handlers may take to clean up once their connection has been cut. */
const cleanUpMs = 5000

export interface Closable {
  readonly server: Server
  readonly handlers: RunningHandlers
}

/** Resolves when the last connection is closed and the handlers have ended, of which some clean up after a cut upload. */
export async function closeGracefully({ server, handlers }: Closable, graceMs: number): Promise<void> {
  const closed = new Promise<void>((resolve) => {
    // Also called, with an error, where it was not listening.
    server.close(() => {
      resolve()
    })
  })
  const sweep = setInterval(() => {
    // After what has arrived has been read: timers come before that.
    setImmediate(() => {
      server.closeIdleConnections()
    })
  }, sweepMs)
  const cut = setTimeout(() => {
    server.closeAllConnections()
  }, graceMs)
  await closed
  clearInterval(sweep)
  clearTimeout(cut)
  await cleanedUp(handlers)
}

async function cleanedUp(handlers: RunningHandlers): Promise<void> {
  const patience = new AbortController()
  await Promise.race([
    handlers.allEnded(),
    delay(cleanUpMs, undefined, { signal: patience.signal }).catch(() => undefined),
  ])
  patience.abort()
}
