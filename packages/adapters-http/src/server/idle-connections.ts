import type { Server } from 'node:http'
import type { Socket } from 'node:net'

interface Connection {
  requests: number
  /** `bytesRead` of the socket when it became idle. */
  idleAtBytes: number
}

/**
 * Makes `server.closeIdleConnections` close those on which nothing is under way, also those that browsers open in advance
 * and never use. Node's own takes a reply for sent once all of it has been written, and cuts what a slow client has not read.
 */
export function closeOnlyIdle(server: Server): void {
  const connections = new Map<Socket, Connection>()
  server.on('connection', (socket) => {
    connections.set(socket, { requests: 0, idleAtBytes: 0 })
    socket.once('close', () => connections.delete(socket))
  })
  server.on('request', ({ socket }, res) => {
    const connection = connections.get(socket)
    if (!connection) return
    connection.requests++
    res.once('close', () => {
      connection.requests--
      connection.idleAtBytes = socket.bytesRead
    })
  })
  server.closeIdleConnections = () => {
    for (const [socket, { requests, idleAtBytes }] of connections) {
      // What has come since is the beginning of a request.
      if (requests === 0 && socket.bytesRead === idleAtBytes) socket.destroy()
    }
  }
}
