import type { IncomingMessage } from 'node:http'
import { isIP } from 'node:net'
import proxyaddr from 'proxy-addr'

/** Believes `X-Forwarded-For` only as far as it was written by the proxies that are trusted. */
export function clientAddressReader(trustedProxies: readonly string[]): (request: IncomingMessage) => string {
  const trust = proxyaddr.compile([...trustedProxies])
  return (request) => {
    const peer = request.socket.remoteAddress
    // The client has left already; what is done in vain for it must not fail.
    if (peer === undefined) return ''
    const claimed = proxyaddr(request, trust).trim()
    const address = isIP(claimed) === 0 ? peer : claimed
    return address.replace(/^::ffff:(?=\d+\.)/i, '')
  }
}

/** Whether a request came straight from a proxy that is trusted, whoever that speaks for. */
export function trustedPeerReader(trustedProxies: readonly string[]): (request: IncomingMessage) => boolean {
  const trust = proxyaddr.compile([...trustedProxies])
  return ({ socket }) => socket.remoteAddress !== undefined && trust(socket.remoteAddress, 0)
}

/** What one subscriber holds: an IPv4 address, or the /64 of an IPv6 address (RFC 6177). */
export function addressBlock(address: string): string {
  if (isIP(address) !== 6) return address
  const groups = new URL(`http://[${address.replace(/%.*$/, '')}]`).hostname.slice(1, -1).split('::')
  const [head = '', tail] = groups
  const left = head === '' ? [] : head.split(':')
  const right = tail === undefined || tail === '' ? [] : tail.split(':')
  const zeros = new Array<string>(8 - left.length - right.length).fill('0')
  return `${[...left, ...zeros, ...right].slice(0, 4).join(':')}::/64`
}
