import http from 'node:http'
import https from 'node:https'
import { addAbortSignal, type Duplex } from 'node:stream'

export interface ConnectionLimits {
  /** For the name, the connection and, with https, the handshake together. */
  readonly connectTimeoutMs: number
  /** Cuts every connection of the agent, whatever it is doing. */
  readonly signal: AbortSignal
}

/** An agent for one exchange: wreck bounds neither the connecting nor the exchange as a whole. */
export function boundedAgent(url: URL, limits: ConnectionLimits): http.Agent {
  return url.protocol === 'https:' ? new BoundedHttpsAgent(limits) : new BoundedHttpAgent(limits)
}

class BoundedHttpAgent extends http.Agent {
  readonly #limits: ConnectionLimits

  constructor(limits: ConnectionLimits) {
    super({ keepAlive: false })
    this.#limits = limits
  }

  /** Asked for by @hapi/hoek: simple-oauth2 would make deep copies of the agent otherwise. */
  get isImmutable(): true {
    return true
  }

  override createConnection(...args: Parameters<http.Agent['createConnection']>): Duplex | null | undefined {
    return bound(super.createConnection(...args), 'connect', this.#limits)
  }
}

class BoundedHttpsAgent extends https.Agent {
  readonly #limits: ConnectionLimits

  constructor(limits: ConnectionLimits) {
    super({ keepAlive: false })
    this.#limits = limits
  }

  get isImmutable(): true {
    return true
  }

  override createConnection(...args: Parameters<https.Agent['createConnection']>): Duplex | null | undefined {
    return bound(super.createConnection(...args), 'secureConnect', this.#limits)
  }
}

function bound(
  socket: Duplex | null | undefined,
  connected: 'connect' | 'secureConnect',
  { connectTimeoutMs, signal }: ConnectionLimits,
): Duplex | null | undefined {
  if (!socket) return socket
  const timer = setTimeout(() => socket.destroy(new ConnectTimeout()), connectTimeoutMs)
  const stop = () => {
    clearTimeout(timer)
  }
  socket.once(connected, stop).once('close', stop)
  addAbortSignal(signal, socket)
  return socket
}

class ConnectTimeout extends Error {
  readonly code = 'CONNECT_TIMEOUT'
}
