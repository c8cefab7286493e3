import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

export interface ConnectionLimits {
  readonly maxConnections: number
  readonly maxConnectionsPerAddress: number
  /** The address or network that a connection counts for; undefined if only `maxConnections` limits it. */
  readonly blockOf: (remoteAddress: string | undefined) => string | undefined
}

interface OpenConnection {
  readonly socket: Socket
  readonly block: string | undefined
  requests: number
  /** `bytesRead` of the socket when its last reply ended. More means that the next request has started. */
  idleAtBytes: number
  /** The order in which connections became idle. */
  idleSince: number
  /** As of the last call of `closeIdle`. */
  wasIdle: boolean
}

/**
 * The connections of a server, within limits. At a limit, a new connection closes the one that has been idle
 * for longest, of the same address if the address is at its limit. A connection that never sent a byte is
 * idle; one with a request under way is never closed.
 */
export class OpenConnections {
  readonly #limits: ConnectionLimits
  readonly #onRefused: (socket: Socket) => void
  readonly #all = new Map<Socket, OpenConnection>()
  readonly #byBlock = new Map<string, Set<OpenConnection>>()
  #order = 0
  /** Idle connections that were closed to make room. */
  closedIdle = 0
  /** New connections that were rejected. */
  refused = 0

  constructor(limits: ConnectionLimits, onRefused: (socket: Socket) => void) {
    this.#limits = limits
    this.#onRefused = onRefused
  }

  get count(): number {
    return this.#all.size
  }

  readonly add = (socket: Socket): void => {
    const block = this.#limits.blockOf(socket.remoteAddress)
    const idleSince = ++this.#order
    const connection = { socket, block, requests: 0, idleAtBytes: 0, idleSince, wasIdle: false }
    this.#all.set(socket, connection)
    if (block !== undefined) this.#neighborsIn(block).add(connection)
    socket.once('close', () => {
      this.#remove(connection)
    })
    // Later in this turn: requests that have arrived on other connections are read before one is called idle.
    if (this.#crowdAround(connection)) setImmediate(this.#makeRoom, connection)
  }

  readonly countRequest = ({ socket }: IncomingMessage, res: ServerResponse): void => {
    const connection = this.#all.get(socket)
    if (!connection) return
    connection.requests++
    res.once('close', () => {
      connection.requests--
      connection.idleAtBytes = socket.bytesRead
      connection.idleSince = ++this.#order
    })
  }

  /**
   * Closes the connections that are idle and were idle at the last call: a request may be on its way. Node's
   * own `closeIdleConnections` also closes those whose client has not yet read the whole reply.
   */
  closeIdle(): void {
    for (const connection of this.#all.values()) {
      const isIdleNow = isIdle(connection)
      if (isIdleNow && connection.wasIdle) connection.socket.destroy()
      connection.wasIdle = isIdleNow
    }
  }

  #neighborsIn(block: string): Set<OpenConnection> {
    const known = this.#byBlock.get(block)
    if (known) return known
    const neighbors = new Set<OpenConnection>()
    this.#byBlock.set(block, neighbors)
    return neighbors
  }

  /** The connections of which one must be closed. `undefined` below the limits. */
  #crowdAround({ block }: OpenConnection): Iterable<OpenConnection> | undefined {
    const neighbors = block === undefined ? undefined : this.#byBlock.get(block)
    if (neighbors && neighbors.size > this.#limits.maxConnectionsPerAddress) return neighbors
    return this.#all.size > this.#limits.maxConnections ? this.#all.values() : undefined
  }

  readonly #makeRoom = (newcomer: OpenConnection): void => {
    const crowd = this.#all.has(newcomer.socket) ? this.#crowdAround(newcomer) : undefined
    const closing = crowd && longestIdle(crowd)
    if (!closing) return
    this.#remove(closing)
    if (closing === newcomer) {
      this.refused++
      this.#onRefused(closing.socket)
    } else {
      this.closedIdle++
      closing.socket.destroy()
    }
  }

  #remove(connection: OpenConnection): void {
    this.#all.delete(connection.socket)
    const neighbors = connection.block === undefined ? undefined : this.#byBlock.get(connection.block)
    neighbors?.delete(connection)
    if (connection.block !== undefined && neighbors?.size === 0) this.#byBlock.delete(connection.block)
  }
}

const isIdle = ({ requests, socket, idleAtBytes }: OpenConnection): boolean =>
  requests === 0 && socket.bytesRead === idleAtBytes

function longestIdle(connections: Iterable<OpenConnection>): OpenConnection | undefined {
  let longest: OpenConnection | undefined
  for (const connection of connections) {
    if (isIdle(connection) && connection.idleSince < (longest?.idleSince ?? Infinity)) longest = connection
  }
  return longest
}
