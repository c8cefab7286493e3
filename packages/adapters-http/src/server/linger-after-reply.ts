import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

export interface LingerLimits {
  readonly lingerMs: number
  readonly lingerBytes: number
}

/** A rest of this length is read without the loss of the connection. */
const shortBodyBytes = 64 * 1024

/**
 * Lets a client read a reply that came before it had sent its whole body. Closed at once, a socket with unread bytes is
 * reset, and the reset overtakes the reply (RFC 9112 section 9.6). So: `Connection: close`, then only our side is
 * closed, and what still comes is thrown away up to a limit.
 */
export function lingerAfterReply(server: Server, limits: LingerLimits): void {
  const requests = new WeakMap<Socket, IncomingMessage>()
  server.on('connection', (socket) => {
    const closeAtOnce = socket.destroySoon.bind(socket)
    // What Node calls once the last reply has been written.
    socket.destroySoon = () => {
      if (requests.get(socket)?.complete !== false) {
        closeAtOnce()
        return
      }
      socket.end()
      destroyLater(socket, limits.lingerMs)
    }
  })
  server.on('request', (req, res) => {
    requests.set(req.socket, req)
    if (hasLongBody(req)) closeUnlessRead(req, res)
    res.once('finish', () => {
      if (!req.complete) discardRest(req, limits)
    })
  })
}

/** Whatever the client does. */
function destroyLater(socket: Socket, delayMs: number): void {
  const timer = setTimeout(() => socket.destroy(), delayMs)
  socket.once('close', () => {
    clearTimeout(timer)
  })
}

function hasLongBody({ headers }: IncomingMessage): boolean {
  if (headers['transfer-encoding'] !== undefined) return true
  return Number(headers['content-length'] ?? 0) > shortBodyBytes
}

/** The reply says `Connection: close` where it begins before the end of the body. */
function closeUnlessRead(req: IncomingMessage, res: ServerResponse): void {
  if (!res.shouldKeepAlive) return
  res.shouldKeepAlive = false
  req.once('end', () => {
    res.shouldKeepAlive = true
  })
}

function discardRest(req: IncomingMessage, { lingerMs, lingerBytes }: LingerLimits): void {
  const { socket } = req
  const mostBytes = socket.bytesRead + lingerBytes
  const giveUp = (): void => {
    socket.destroy()
    // Whoever still waits for the body hears of its end.
    req.destroy()
  }
  const timer = setTimeout(giveUp, lingerMs)
  req.on('error', () => undefined)
  req.on('data', () => {
    if (socket.bytesRead > mostBytes) giveUp()
  })
  req.once('end', () => {
    clearTimeout(timer)
    socket.off('close', giveUp)
    if (socket.writableEnded) socket.destroy()
  })
  socket.once('close', giveUp)
  req.resume()
}
