import { once } from 'node:events'
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
import { Worker } from 'node:worker_threads'
import { dataHeaders, healthReply, type Health } from '@audiohost/adapters-http'
import type { Logger } from 'pino'
import type { FromHealthThread, HealthThreadData, RenderedReply, ToHealthThread } from './health-messages.ts'

const heartbeatMs = 1000
const heapMegabytes = 32

export interface HealthListener {
  readonly port: number
  close(): Promise<void>
}

export interface HealthListenerOptions {
  readonly host: string
  readonly port: number
  readonly readHealth: () => Promise<Health>
  readonly log: Logger
  /** `/livez` fails if the event loop has not run for so long. */
  readonly stallMs?: number
}

/**
 * Serves `GET /livez` and `GET /readyz` from a thread of its own, where a busy event loop cannot delay them.
 * Does not keep the process alive.
 */
export async function startHealthListener(options: HealthListenerOptions): Promise<HealthListener> {
  const { host, port, stallMs = 30_000 } = options
  const heartbeat = new BigInt64Array(new SharedArrayBuffer(BigInt64Array.BYTES_PER_ELEMENT))
  const beat = (): void => {
    Atomics.store(heartbeat, 0, process.hrtime.bigint())
  }
  beat()
  const timer = setInterval(beat, heartbeatMs).unref()
  const worker = startThread({
    ...{ host, port, heartbeat, stallMs },
    alive: render({ failing: [], degraded: [] }),
    stalled: render({ failing: ['event_loop'], degraded: [] }),
  })
  const close = async (): Promise<void> => {
    clearInterval(timer)
    worker.removeAllListeners()
    await worker.terminate()
  }
  try {
    const listening = await portOf(worker, options)
    serveChecks(worker, options)
    worker.unref()
    return { port: listening, close }
  } catch (error) {
    await close()
    throw error
  }
}

function startThread(workerData: HealthThreadData): Worker {
  return new Worker(isSource ? sourceEntry() : entry, {
    eval: isSource,
    workerData,
    resourceLimits: { maxOldGenerationSizeMb: heapMegabytes, maxYoungGenerationSizeMb: heapMegabytes / 4 },
  })
}

async function portOf(worker: Worker, { host, port }: HealthListenerOptions): Promise<number> {
  const [message] = (await once(worker, 'message')) as [FromHealthThread]
  if (message.kind === 'listening') return message.port
  const cause = message.kind === 'failed' ? new Error(message.message) : undefined
  throw new Error(`Cannot serve health checks on ${host}:${port}: set HEALTH_PORT to a free port`, { cause })
}

function serveChecks(worker: Worker, { readHealth, log }: HealthListenerOptions): void {
  const post = (message: ToHealthThread): void => {
    worker.postMessage(message)
  }
  const check = async (id: number): Promise<void> => {
    post({ kind: 'checking', id })
    post({ kind: 'checked', id, reply: render(await readHealth()) })
  }
  worker.on('message', (message: FromHealthThread) => {
    if (message.kind === 'check') {
      check(message.id).catch((err: unknown) => {
        log.error({ err }, 'the health could not be read')
      })
    } else if (message.kind === 'failed') {
      log.warn({ reason: message.message }, 'the health listener could not accept a connection')
    }
  })
  worker.on('error', (err) => {
    log.error({ err }, 'the health listener failed; HEALTH_PORT is closed until the next start')
  })
}

function render(health: Health): RenderedReply {
  const reply = healthReply(health)
  return {
    status: reply.status,
    headers: {
      'Content-Type': 'application/json; charset=utf-8',
      ...dataHeaders,
      ...(reply.status === 503 ? reply.headers : {}),
    },
    body: `${JSON.stringify(reply.body)}\n`,
  }
}

const isSource = import.meta.url.endsWith('.ts')
const entry = new URL(`./health-thread-entry.${isSource ? 'ts' : 'js'}`, import.meta.url)
/** A thread that runs from sources needs tsx, which Node 20 does not register in threads. */
const sourceEntry = (): string => {
  const required = createRequire(import.meta.url).resolve('tsx/esm/api')
  const tsx = pathToFileURL(required.replace(/\.cjs$/, '.mjs')).href
  return `import('${tsx}').then(({ register }) => { register(); return import('${entry.href}') })`
}
