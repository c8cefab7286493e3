import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { parentPort, workerData } from 'node:worker_threads'
import type { FromHealthThread, HealthThreadData, RenderedReply, ToHealthThread } from './health-messages.ts'

/** The other side of `startHealthListener`: serves `/livez` and `/readyz`, and imports nothing but Node. */
if (!parentPort) throw new Error('This file runs in a worker thread')
const parent = parentPort
const { host, port, heartbeat, stallMs, alive, stalled } = workerData as HealthThreadData

/** For the event loop to confirm that it has read the question. */
const confirmMs = 2000
/** From then on. Longer than the checks may take, so that a slow part is reported by its own name. */
const checkMs = 5000
const clientTimeoutMs = 5000

const post = (message: FromHealthThread): void => {
  parent.postMessage(message)
}

function liveness(): RenderedReply {
  const ageMs = Number(process.hrtime.bigint() - Atomics.load(heartbeat, 0)) / 1e6
  return ageMs > stallMs ? stalled : alive
}

let lastId = 0
let pending: Promise<RenderedReply> | undefined

/** Clients that ask at the same time share one check. */
const readiness = (): Promise<RenderedReply> =>
  (pending ??= askMainThread().finally(() => {
    pending = undefined
  }))

function askMainThread(): Promise<RenderedReply> {
  const id = ++lastId
  return new Promise((resolve) => {
    const settle = (reply: RenderedReply): void => {
      clearTimeout(timer)
      parent.off('message', receive)
      resolve(reply)
    }
    const expire = (): void => {
      settle(stalled)
    }
    const receive = (message: ToHealthThread): void => {
      if (message.id !== id) return
      if (message.kind === 'checked') {
        settle(message.reply)
      } else {
        clearTimeout(timer)
        timer = setTimeout(expire, checkMs)
      }
    }
    let timer = setTimeout(expire, confirmMs)
    parent.on('message', receive)
    post({ kind: 'check', id })
  })
}

const endpoints: Readonly<Record<string, () => RenderedReply | Promise<RenderedReply>>> = {
  '/livez': liveness,
  '/readyz': readiness,
}

const plain = (status: number, text: string, headers = {}): RenderedReply => ({
  status,
  headers: { 'Content-Type': 'text/plain; charset=utf-8', ...headers },
  body: `${text}\n`,
})

async function replyTo({ method, url = '' }: IncomingMessage): Promise<RenderedReply> {
  const path = url.split('?')[0] ?? ''
  const endpoint = Object.hasOwn(endpoints, path) ? endpoints[path] : undefined
  if (!endpoint) return plain(404, 'Health checks are at /livez and /readyz.')
  if (method !== 'GET' && method !== 'HEAD') return plain(405, 'Send GET.', { Allow: 'GET, HEAD' })
  return endpoint()
}

async function answer(req: IncomingMessage, res: ServerResponse): Promise<void> {
  const { status, headers, body } = await replyTo(req)
  res.writeHead(status, { ...headers, 'Content-Length': Buffer.byteLength(body) })
  res.end(req.method === 'HEAD' ? undefined : body)
}

const server = createServer(
  {
    maxHeaderSize: 8192,
    headersTimeout: clientTimeoutMs,
    requestTimeout: clientTimeoutMs,
    keepAliveTimeout: clientTimeoutMs,
    connectionsCheckingInterval: 1000,
  },
  (req, res) => {
    answer(req, res).catch(() => res.destroy())
  },
)
server.maxConnections = 100
server.on('error', ({ message }) => {
  post({ kind: 'failed', message })
})
server.listen(port, host, () => {
  post({ kind: 'listening', port: (server.address() as AddressInfo).port })
})
