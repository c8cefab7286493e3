import type Koa from 'koa'
import { clientAddressReader, trustedPeerReader } from './client-address.ts'

/** Who sent a request, as far as its connection and the proxies in front tell. */
export interface RouteClient {
  readonly address: string
  readonly userAgent: string | undefined
  /** Whether the request came by a proxy that is trusted. */
  readonly isProxied: boolean
  /** Aborts where the connection ends before the reply has left. */
  readonly gone: AbortSignal
}

/** To be asked while the client is there: nobody knows the address of one that has left. */
export function routeClientReader(trustedProxies: readonly string[]): (ctx: Koa.Context) => RouteClient {
  const addressOf = clientAddressReader(trustedProxies)
  const isProxied = trustedPeerReader(trustedProxies)
  return ({ req, res }) => ({
    address: addressOf(req),
    userAgent: req.headers['user-agent'],
    isProxied: isProxied(req),
    // Made only for who asks, which hardly any route does.
    get gone() {
      const gone = new AbortController()
      if (res.closed) gone.abort()
      res.once('close', () => {
        if (!res.writableFinished) gone.abort()
      })
      return gone.signal
    },
  })
}
