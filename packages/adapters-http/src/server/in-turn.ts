import type { Server } from 'node:http'
import type { Duplex } from 'node:stream'
import { Connection, type Handle } from './connection.ts'

const connections = new WeakMap<Duplex, Connection>()

/** Undefined for what is no connection of a server that handles in turn. */
export const connectionOf = (socket: Duplex): Connection | undefined => connections.get(socket)

/**
 * Handles the requests of one connection one after another. Node hands over at once all that a client has sent ahead, but
 * only the first reply has the connection: the others can write nothing, and never hear that the client has left.
 */
export function handleInTurn(server: Server, handle: Handle): void {
  server.on('connection', (socket) => {
    connections.set(socket, new Connection(socket, handle))
  })
  server.on('request', (req, res) => {
    connectionOf(req.socket)?.add({ req, res })
  })
}
