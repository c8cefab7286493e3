import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { discardRest, endSlowly, hasLongBody } from './linger-after-reply.ts'

export interface Exchange {
  readonly req: IncomingMessage
  readonly res: ServerResponse
}

export type Handle = (req: IncomingMessage, res: ServerResponse) => void

/** With so many requests waiting, no more of the connection is read. */
const mostWaiting = 16

/** Handles its requests one after another, and knows whether it ends. */
export class Connection {
  readonly #socket: Socket
  readonly #handle: Handle
  readonly #closeAtOnce: () => void
  readonly #waiting: Exchange[] = []
  #current: Exchange | undefined
  /** The current request said that it is the last. */
  #isLast = false
  #isEnding = false
  #isHeld = false
  #isResting = false
  /** Not all that has come of the next request came while we read. */
  #wasHeld = false
  #patience: NodeJS.Timeout | undefined

  constructor(socket: Socket, handle: Handle) {
    this.#socket = socket
    this.#handle = handle
    this.#closeAtOnce = socket.destroySoon.bind(socket)
    // What Node calls once the last reply has been written.
    socket.destroySoon = this.#endSoon
  }

  /** The request that is being handled. */
  get current(): Exchange | undefined {
    return this.#current
  }

  /** The newest request, which may still be arriving. */
  get newest(): Exchange | undefined {
    return this.#waiting.at(-1) ?? this.#current
  }

  /** What comes now is not answered any more. */
  get isEnding(): boolean {
    return this.#isEnding || this.#socket.writableEnded
  }

  add(exchange: Exchange): void {
    clearTimeout(this.#patience)
    if (this.#isEnding || !this.#socket.writable) {
      drop(exchange)
      return
    }
    if (this.#current) this.#waiting.push(exchange)
    else this.#begin(exchange)
    if (this.#waiting.length >= mostWaiting) this.#hold()
    this.#wasHeld = this.#isHeld
  }

  /** While we do not read, no client is slow: its time begins anew, and `again` is called after it. */
  excuses(timeMs: number, again: () => void): boolean {
    if (!this.#wasHeld) return false
    this.#wasHeld = this.#isHeld
    this.#patience = setTimeout(again, timeMs).unref()
    return true
  }

  /** Reads nothing for this time. */
  restFor(timeMs: number): void {
    this.#isResting = true
    this.#hold()
    setTimeout(() => {
      this.#isResting = false
      if (this.#waiting.length < mostWaiting) this.#release()
    }, timeMs).unref()
  }

  /** Begins no request that comes from now on, and ends once those that are here have their replies. */
  endAfterReplies(): void {
    this.#isEnding = true
    // Said by an earlier one, the replies behind it would be lost.
    if (this.newest) this.newest.res.shouldKeepAlive = false
  }

  /** Ends now, so that the client can still read what has been written. */
  end(): void {
    this.#isEnding = true
    this.#dropWaiting()
    this.#release()
    endSlowly(this.#socket)
  }

  #begin(exchange: Exchange): void {
    const { req, res } = exchange
    this.#current = exchange
    this.#isLast = !res.shouldKeepAlive
    if (res.shouldKeepAlive && hasLongBody(req)) this.#closeUnlessRead(exchange)
    res.once('close', this.#goOn)
    this.#handle(req, res)
  }

  /** The reply says `Connection: close` where it begins before the end of the body. */
  #closeUnlessRead({ req, res }: Exchange): void {
    res.shouldKeepAlive = false
    req.once('end', () => {
      res.shouldKeepAlive = !this.#isEnding
    })
  }

  readonly #goOn = (): void => {
    const req = this.#current?.req
    this.#current = undefined
    if (req?.complete === false) discardRest(req)
    // RFC 9112 section 9.6: behind a reply that ends the connection no request is processed.
    if (!this.#socket.writable) this.#dropWaiting()
    const next = this.#waiting.shift()
    if (next) this.#begin(next)
    else if (this.#isEnding && this.#socket.writable) this.end()
    if (this.#waiting.length < mostWaiting && !this.#isResting) this.#release()
  }

  readonly #endSoon = (): void => {
    const isAllRead = this.#isLast && !this.#isEnding && this.#current?.req.complete === true
    if (isAllRead || this.#socket.readableEnded) this.#closeAtOnce()
    else this.end()
  }

  #dropWaiting(): void {
    for (const exchange of this.#waiting.splice(0)) drop(exchange)
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

/** A body that nobody reads would stop the reading of the connection. */
function drop({ req }: Exchange): void {
  req.resume()
}
