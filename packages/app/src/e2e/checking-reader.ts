import { once } from 'node:events'
import net from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import type { Browser } from './browser.ts'

/** Bytes that should come from a path. */
export interface Content {
  readonly path: string
  readonly bytes: Buffer
}

export interface Taking {
  /** Of the body, from its beginning; all of it where nothing is said. */
  readonly bytes?: number
  /** Between one piece and the next. */
  readonly pauseMs?: number
}

/** A client with a connection of its own, which compares each byte that it gets with the byte that it should get. */
export class CheckingReader {
  readonly #socket: net.Socket
  readonly #cookie: string
  #expected: Buffer = Buffer.alloc(0)
  status = 0
  headers = ''
  declaredBytes = 0
  receivedBytes = 0
  /** Whether a byte came that is not the one that belongs there, such as one of a refusal. */
  isForeign = false

  private constructor(socket: net.Socket, cookie: string) {
    this.#socket = socket
    this.#cookie = cookie
    // A connection that is cut shows in what was received.
    socket.on('error', () => undefined)
  }

  static async connect(origin: string, browser: Browser): Promise<CheckingReader> {
    const socket = net.connect({ port: Number(new URL(origin).port), host: '127.0.0.1' })
    const reader = new CheckingReader(socket, browser.cookie('access_token') ?? '')
    await once(socket, 'connect')
    return reader
  }

  get isWhole(): boolean {
    const isContent = this.status === 200 || this.status === 206
    return isContent && this.receivedBytes === this.declaredBytes && !this.isForeign
  }

  get isClosed(): boolean {
    return this.#socket.destroyed || this.#socket.readableEnded
  }

  /** Asks for the content, or for a part of it, and reads up to the end of the headers. */
  async ask(
    { path, bytes }: Content,
    range?: { readonly start: number; readonly end: number },
  ): Promise<this> {
    this.#expected = range ? bytes.subarray(range.start, range.end + 1) : bytes
    this.#socket.write(this.#request(path, range ? [`Range: bytes=${range.start}-${range.end}`] : []))
    let head = Buffer.alloc(0)
    while (!head.includes('\r\n\r\n') && !this.isClosed) head = Buffer.concat([head, await this.#next()])
    const end = head.indexOf('\r\n\r\n') + 4
    this.headers = head.subarray(0, end).toString()
    this.status = Number(/^HTTP\/1.1 (\d+)/.exec(this.headers)?.[1])
    this.declaredBytes = Number(/^Content-Length: (\d+)/im.exec(this.headers)?.[1])
    this.receivedBytes = 0
    this.#compare(head.subarray(end))
    return this
  }

  /** Asks so many times at once, and waits for the first bytes of the first reply. */
  async askAhead(times: number, { path }: Content): Promise<void> {
    this.#socket.write(this.#request(path).repeat(times))
    await this.#next()
  }

  async take({ bytes = Infinity, pauseMs }: Taking = {}): Promise<this> {
    while (this.receivedBytes < Math.min(bytes, this.declaredBytes) && !this.isClosed) {
      this.#compare(await this.#next())
      if (pauseMs !== undefined) await delay(pauseMs)
    }
    return this
  }

  async leave(ending: 'close' | 'reset' = 'close'): Promise<void> {
    if (this.#socket.closed) return
    const closed = once(this.#socket, 'close')
    if (ending === 'reset') this.#socket.resetAndDestroy()
    else this.#socket.destroy()
    await closed
  }

  #request(path: string, headers: readonly string[] = []): string {
    const cookie = `Cookie: access_token=${this.#cookie}`
    return [`GET ${path} HTTP/1.1`, 'Host: localhost', cookie, ...headers, '\r\n'].join('\r\n')
  }

  #compare(chunk: Buffer): void {
    const expected = this.#expected.subarray(this.receivedBytes, this.receivedBytes + chunk.length)
    if (!chunk.equals(expected)) this.isForeign = true
    this.receivedBytes += chunk.length
  }

  /** What has come meanwhile; nothing where the connection has ended. */
  async #next(): Promise<Buffer<ArrayBuffer>> {
    for (;;) {
      const chunk = this.#socket.read() as Buffer<ArrayBuffer> | null
      if (chunk) return chunk
      if (this.isClosed) return Buffer.alloc(0)
      await this.#change()
    }
  }

  #change(): Promise<void> {
    return new Promise((resolve) => {
      const settle = (): void => {
        for (const event of events) this.#socket.off(event, settle)
        resolve()
      }
      const events = ['readable', 'end', 'close'] as const
      for (const event of events) this.#socket.on(event, settle)
    })
  }
}
