import type { IncomingMessage, ServerResponse } from 'node:http'
import { addressBlock } from '@audiohost/core'
import { peerReader } from '../client-address.ts'
import type { Exchange } from './connection.ts'
import { connectionOf } from './in-turn.ts'
import { sendRawProblem, tooBusy } from './raw-problem.ts'
import { RequestQueue } from './request-queue.ts'

/** Clients that ignore `Retry-After` and ask again at once would cost more than what is served. */
const restMs = 250

/** Read by a monitor, which has to see that the process runs however busy it is. */
const exempt = /^[^?]*\/(?:livez|readyz|metrics)\/?(?:\?|$)/

export interface SheddingOptions {
  readonly trustedProxies: readonly string[]
  readonly publicUrl: URL
}

/**
 * Starts the requests of all connections in fair turns and sheds those of clients that ask for more than can
 * be done.
 */
export class LoadShedder {
  readonly #queue = new RequestQueue()
  readonly #peerOf: ReturnType<typeof peerReader>
  readonly #publicUrl: URL

  constructor({ trustedProxies, publicUrl }: SheddingOptions) {
    this.#peerOf = peerReader(trustedProxies)
    this.#publicUrl = publicUrl
  }

  get shedRequests(): number {
    return this.#queue.shed
  }

  get connectionAccepted(): () => void {
    return this.#queue.connectionAccepted
  }

  admit(exchange: Exchange, handle: (req: IncomingMessage, res: ServerResponse) => void): void {
    const { req, res } = exchange
    const run = (): void => {
      // The client may have left while its request waited.
      if (!res.closed) handle(req, res)
    }
    if (exempt.test(req.url ?? '')) run()
    else if (this.#queue.hasTime) this.#queue.start(run)
    else this.#enqueue(exchange, run)
  }

  #enqueue({ req, res }: Exchange, run: () => void): void {
    const { address, isProxied } = this.#peerOf(req)
    const shed = (): void => {
      if (res.closed) return
      // The connection of a proxy carries the requests of others.
      if (!isProxied) connectionOf(req.socket)?.restFor(restMs)
      const problem = tooBusy('The server is overloaded. Try again after the time in Retry-After', 1)
      const Connection = res.shouldKeepAlive ? 'keep-alive' : 'close'
      sendRawProblem(res, { ...problem, headers: { ...problem.headers, Connection } }, this.#publicUrl)
    }
    this.#queue.add({ key: addressBlock(address), run, shed })
  }
}
