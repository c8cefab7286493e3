import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'

/** How long, and for how much, a client may go on sending before it reads why it was refused. */
const lingerMs = 2000
const lingerBytes = 32 * 1024 * 1024

/** A rest of this length is read without the loss of the connection. */
const shortBodyBytes = 64 * 1024

export function hasLongBody({ headers }: IncomingMessage): boolean {
  if (headers['transfer-encoding'] !== undefined) return true
  return Number(headers['content-length'] ?? 0) > shortBodyBytes
}

/**
 * Lets a client read the replies though it sends more than was read. Closed at once, a socket with unread bytes is reset,
 * and the reset overtakes the replies (RFC 9112 section 9.6). So only our side is closed, and what still comes is thrown
 * away, past the parser, until the client closes too.
 */
export function endSlowly(socket: Duplex): void {
  let bytesLeft = lingerBytes
  const timer = setTimeout(() => socket.destroy(), lingerMs)
  socket.once('close', () => {
    clearTimeout(timer)
  })
  socket.on('error', () => socket.destroy())
  socket.end()
  socket.pause()
  // Node begins to read again only where its parser still has the socket.
  socket.once('resume', () => {
    socket.removeAllListeners('data')
    socket.on('data', (chunk: Buffer) => {
      bytesLeft -= chunk.length
      if (bytesLeft < 0) socket.destroy()
    })
  })
  socket.resume()
}

/** Reads what is left of a body that was answered before its end. */
export function discardRest(req: IncomingMessage): void {
  const { socket } = req
  const mostBytes = socket.bytesRead + lingerBytes
  const giveUp = (): void => {
    clearTimeout(timer)
    socket.destroy()
    // Whoever still waits for the body hears of its end.
    req.destroy()
  }
  const timer = setTimeout(giveUp, lingerMs)
  if (socket.destroyed) {
    giveUp()
    return
  }
  req.on('error', () => undefined)
  req.on('data', () => {
    if (socket.bytesRead > mostBytes) giveUp()
  })
  req.once('end', () => {
    clearTimeout(timer)
    socket.off('close', giveUp)
  })
  socket.once('close', giveUp)
  req.resume()
}
