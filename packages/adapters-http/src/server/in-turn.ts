import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

export type Handle = (req: IncomingMessage, res: ServerResponse) => void

interface Exchange {
  readonly req: IncomingMessage
  readonly res: ServerResponse
}

/** With so many requests waiting, no more of the connection is read. */
const mostWaiting = 16

/**
 * Handles the requests of one connection one after another. Node hands over at once all that a client has sent ahead, but
 * only the first reply has the connection: the others can write nothing, and never hear that the client has left.
 */
export function handleInTurn(server: Server, handle: Handle): void {
  const queues = new WeakMap<Socket, Queue>()
  server.on('request', (req, res) => {
    const queue = queues.get(req.socket) ?? new Queue(req.socket, handle)
    queues.set(req.socket, queue)
    queue.add({ req, res })
  })
}

/** The requests of one connection. */
class Queue {
  readonly #socket: Socket
  readonly #handle: Handle
  readonly #waiting: Exchange[] = []
  #isBusy = false
  #isHeld = false

  constructor(socket: Socket, handle: Handle) {
    this.#socket = socket
    this.#handle = handle
  }

  add(exchange: Exchange): void {
    if (!this.#isBusy) {
      this.#begin(exchange)
      return
    }
    this.#waiting.push(exchange)
    if (this.#waiting.length >= mostWaiting) this.#hold()
  }

  #begin({ req, res }: Exchange): void {
    this.#isBusy = true
    res.once('close', this.#goOn)
    this.#handle(req, res)
  }

  readonly #goOn = (): void => {
    this.#isBusy = false
    // RFC 9112 section 9.6: behind a reply that ends the connection no request is processed.
    if (!this.#socket.writable) this.#waiting.length = 0
    const next = this.#waiting.shift()
    if (next) this.#begin(next)
    if (this.#waiting.length < mostWaiting) this.#release()
  }

  #hold(): void {
    if (this.#isHeld) return
    this.#isHeld = true
    // Node resumes by itself after each request that it has parsed.
    this.#socket.on('resume', this.#pause)
    this.#socket.pause()
  }

  #release(): void {
    if (!this.#isHeld) return
    this.#isHeld = false
    this.#socket.off('resume', this.#pause)
    this.#socket.resume()
  }

  readonly #pause = (): void => {
    this.#socket.pause()
  }
}
