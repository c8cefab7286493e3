import type { Server } from 'node:http'
import type { Socket } from 'node:net'

/** Counts connections and their bytes, headers included, as far as they have passed by now. */
export class ConnectionTraffic {
  readonly #open = new Set<Socket>()
  #closedBytesIn = 0
  #closedBytesOut = 0

  constructor(server: Server) {
    server.on('connection', (socket: Socket) => {
      this.#open.add(socket)
      socket.once('close', () => {
        this.#open.delete(socket)
        this.#closedBytesIn += socket.bytesRead
        this.#closedBytesOut += socket.bytesWritten
      })
    })
  }

  get openConnections(): number {
    return this.#open.size
  }

  bytesIn(): number {
    return [...this.#open].reduce((sum, socket) => sum + socket.bytesRead, this.#closedBytesIn)
  }

  bytesOut(): number {
    return [...this.#open].reduce((sum, socket) => sum + socket.bytesWritten, this.#closedBytesOut)
  }
}
