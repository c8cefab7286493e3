import { once } from 'node:events'
import net, { type Socket } from 'node:net'

export interface RawReply {
  readonly status: number
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** A TCP connection that says exactly what it is told, and keeps what comes back. */
export class RawConnection {
  readonly socket: Socket
  readonly #chunks: Buffer[] = []
  readonly #closed: Promise<void>

  constructor(socket: Socket) {
    this.socket = socket
    this.#closed = new Promise((resolve) =>
      socket.once('close', () => {
        resolve()
      }),
    )
    socket.on('error', () => undefined)
    socket.on('data', (chunk) => this.#chunks.push(chunk))
  }

  static async open(port: number): Promise<RawConnection> {
    const socket = net.connect({ port, host: '127.0.0.1', allowHalfOpen: true, noDelay: true })
    await once(socket, 'connect')
    return new RawConnection(socket)
  }

  /** Resolves when the bytes have left, or can no longer. */
  async send(bytes: string | Uint8Array): Promise<void> {
    await new Promise<void>((resolve) => {
      this.socket.write(bytes, () => {
        resolve()
      })
    })
  }

  get received(): Buffer {
    return Buffer.concat(this.#chunks)
  }

  /** Waits for the server to close, and closes too. */
  async closed(): Promise<this> {
    if (this.socket.readableEnded) this.socket.end()
    else this.socket.once('end', () => this.socket.end())
    await this.#closed
    return this
  }

  /** Waits until the first `bytes` of the reply, or its text, have come, or nothing more can. */
  async until(isEnough: (received: Buffer) => boolean): Promise<Buffer> {
    while (!isEnough(this.received) && !this.socket.destroyed && !this.socket.readableEnded) {
      await Promise.race([
        once(this.socket, 'data').catch(() => undefined),
        once(this.socket, 'end'),
        this.#closed,
      ])
    }
    return this.received
  }

  /** The first reply, once it is whole. */
  async reply(): Promise<RawReply> {
    return parseReply(await this.until((received) => isWhole(received.toString('latin1'))))
  }
}

/** Sends these bytes and reads until the server closes. */
export async function exchange(port: number, bytes: string | Uint8Array): Promise<RawReply> {
  const connection = await RawConnection.open(port)
  void connection.send(bytes)
  await connection.closed()
  return parseReply(connection.received)
}

export function parseReply(received: Buffer): RawReply {
  const text = received.toString('latin1')
  const [head = '', ...rest] = text.split('\r\n\r\n')
  const [statusLine = '', ...lines] = head.split('\r\n')
  const headers = Object.fromEntries(
    lines.map((line) => [
      line.slice(0, line.indexOf(':')).toLowerCase(),
      line.slice(line.indexOf(':') + 1).trim(),
    ]),
  )
  return { status: Number(statusLine.split(' ')[1]), headers, body: rest.join('\r\n\r\n') }
}

function isWhole(text: string): boolean {
  const [, head = '', body = ''] = /^(.*?\r\n)\r\n(.*)$/s.exec(text) ?? []
  const [, length] = /^content-length: (\d+)\r$/im.exec(head) ?? []
  return length !== undefined && body.length >= Number(length)
}
