import type { Server } from 'node:http'
import type { Socket } from 'node:net'

interface Connection {
  requests: number
  /** `bytesRead` of the socket when it became idle. */
  idleAtBytes: number
  /** When it was last looked at. */
  wasIdle: boolean
}

/**
 * Makes `server.closeIdleConnections` close those on which nothing is under way, also those that browsers open in advance
 * and never use, and were so the last time that it was called: a request may be on its way. Node's own takes a reply for sent once all of it has been written, and cuts what a slow client has not read.
 */
export function closeOnlyIdle(server: Server): void {
  const connections = new Map<Socket, Connection>()
  server.on('connection', (socket) => {
    connections.set(socket, { requests: 0, idleAtBytes: 0, wasIdle: false })
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
    for (const [socket, connection] of connections) {
      // What has come since is the beginning of a request.
      const isIdle = connection.requests === 0 && socket.bytesRead === connection.idleAtBytes
      if (isIdle && connection.wasIdle) socket.destroy()
      connection.wasIdle = isIdle
    }
  }
}
