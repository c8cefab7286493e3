import type { IncomingMessage } from 'node:http'
import { isIP } from 'node:net'
import { addressBlock } from '@audiohost/core'
import proxyaddr from 'proxy-addr'

export interface Peer {
  /** The client's address as far as trusted proxies report it; empty if the client has left already. */
  readonly address: string
  /** Whether the request came directly from a trusted proxy. */
  readonly isProxied: boolean
}

/**
 * Reads `X-Forwarded-For` from its end for as long as the entry was written by a trusted proxy. `Forwarded`
 * (RFC 7239) is ignored: proxies that do not write it pass on what the client sent.
 */
export function peerReader(trustedProxies: readonly string[]): (request: IncomingMessage) => Peer {
  const trust = proxyaddr.compile([...trustedProxies])
  return ({ socket, headers }) => {
    const peer = canonical(socket.remoteAddress ?? '') ?? ''
    const isProxied = trust(peer, 0)
    const claimed = isProxied ? headers['x-forwarded-for']?.toString() : undefined
    if (claimed === undefined) return { address: peer, isProxied }
    let address = peer
    for (const entry of claimed.split(',').reverse()) {
      if (!trust(address, 0)) break
      const next = addressIn(entry)
      // If a trusted proxy wrote no address, the entries before it cannot be trusted.
      if (next === undefined) break
      address = next
    }
    return { address, isProxied }
  }
}

/**
 * `192.0.2.1:443` as Azure writes it, or an address in brackets with or without a port (RFC 7239 section 6).
 */
const withPort = /^(?:(?<ipv4>[\d.]+):\d{1,5}|\[(?<ipv6>[\da-f:.]+(?:%[\w.~-]+)?)\](?::\d{1,5})?)$/i

function addressIn(entry: string): string | undefined {
  const text = entry.trim()
  const bare = text.startsWith('"') && text.endsWith('"') ? text.slice(1, -1) : text
  const { ipv4, ipv6 } = withPort.exec(bare)?.groups ?? {}
  if (ipv6 !== undefined) return isIP(ipv6) === 6 ? canonical(ipv6) : undefined
  return canonical(ipv4 ?? bare)
}

/** One form for each address, without a zone. An IPv4 address mapped into IPv6 is that IPv4 address. */
function canonical(address: string): string | undefined {
  const mapped = address.replace(/^::ffff:(?=\d+\.)/i, '')
  const version = isIP(mapped)
  if (version !== 6) return version === 4 ? mapped : undefined
  const { hostname } = new URL(`http://[${withoutZone(mapped)}]`)
  return unmapped(hostname.slice(1, -1))
}

const withoutZone = (address: string): string => address.split('%', 1)[0] ?? ''

/** The URL standard writes the IPv4 address 192.0.2.1 in IPv6 as `::ffff:c000:201`. */
function unmapped(address: string): string {
  const [, high, low] = /^::ffff:([\da-f]{1,4}):([\da-f]{1,4})$/.exec(address) ?? []
  if (high === undefined || low === undefined) return address
  const bytes = [high, low].flatMap((group) => [parseInt(group, 16) >> 8, parseInt(group, 16) & 0xff])
  return bytes.join('.')
}

/**
 * Maps the address of a connection to its `addressBlock`. `undefined` for a trusted proxy or without an
 * address.
 */
export function addressBlockReader(
  trustedProxies: readonly string[],
): (remoteAddress: string | undefined) => string | undefined {
  const trust = proxyaddr.compile([...trustedProxies])
  return (remoteAddress = '') => {
    const address = canonical(remoteAddress)
    return address === undefined || trust(address, 0) ? undefined : addressBlock(address)
  }
}
