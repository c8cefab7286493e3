import type { IncomingMessage } from 'node:http'
import { isIP } from 'node:net'
import proxyaddr from 'proxy-addr'

export interface Peer {
  /** Of the client, as far as the proxies that are trusted tell; empty where the client has left already. */
  readonly address: string
  /** Whether the request came straight from a proxy that is trusted, whoever that speaks for. */
  readonly isProxied: boolean
}

/** Believes `X-Forwarded-For` only as far as it was written by the proxies that are trusted. */
export function peerReader(trustedProxies: readonly string[]): (request: IncomingMessage) => Peer {
  const trust = proxyaddr.compile([...trustedProxies])
  return (request) => {
    const peer = request.socket.remoteAddress
    // What is done in vain for a client that has left must not fail.
    if (peer === undefined) return { address: '', isProxied: false }
    const isProxied = trust(peer, 0)
    const claimed = isProxied ? proxyaddr(request, trust).trim() : peer
    return { address: withoutMapping(isIP(claimed) === 0 ? peer : claimed), isProxied }
  }
}

/** RFC 4007: `%` and the zone follow a link-local address. */
const withoutZone = (address: string): string => address.split('%', 1).join('')

const withoutMapping = (address: string): string => address.replace(/^::ffff:(?=\d+\.)/i, '')

/** What one subscriber holds: an IPv4 address, or the /64 of an IPv6 address (RFC 6177). */
export function addressBlock(address: string): string {
  if (isIP(address) !== 6) return address
  const groups = new URL(`http://[${withoutZone(address)}]`).hostname.slice(1, -1).split('::')
  const [head = '', tail] = groups
  const left = head === '' ? [] : head.split(':')
  const right = tail === undefined || tail === '' ? [] : tail.split(':')
  const zeros = new Array<string>(8 - left.length - right.length).fill('0')
  return `${[...left, ...zeros, ...right].slice(0, 4).join(':')}::/64`
}
