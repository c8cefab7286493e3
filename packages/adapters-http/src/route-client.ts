import type { IncomingMessage, ServerResponse } from 'node:http'
import type Koa from 'koa'
import { peerReader, type Peer } from './client-address.ts'

/** Who sent a request, as far as its connection and the proxies in front tell. */
export interface RouteClient extends Peer {
  readonly userAgent: string | undefined
  /** Aborts where the connection ends before the reply has left. */
  readonly gone: AbortSignal
}

/** To be asked while the client is there: nobody knows the address of one that has left. */
export function routeClientReader(trustedProxies: readonly string[]): (ctx: Koa.Context) => RouteClient {
  const peerOf = peerReader(trustedProxies)
  return ({ req, res }) => new ConnectedClient(peerOf(req), { req, res })
}

/** A class, for in an object literal a getter costs 20 µs: V8 makes each such object a shape of its own, and keeps what the getter sees. */
class ConnectedClient implements RouteClient {
  readonly address: string
  readonly isProxied: boolean
  readonly userAgent: string | undefined
  readonly #res: ServerResponse

  constructor(
    { address, isProxied }: Peer,
    { req, res }: { readonly req: IncomingMessage; readonly res: ServerResponse },
  ) {
    this.address = address
    this.isProxied = isProxied
    this.userAgent = req.headers['user-agent']
    this.#res = res
  }

  /** Made only for who asks, which hardly any route does. */
  get gone(): AbortSignal {
    const gone = new AbortController()
    const res = this.#res
    if (res.closed) gone.abort()
    res.once('close', () => {
      if (!res.writableFinished) gone.abort()
    })
    return gone.signal
  }
}
