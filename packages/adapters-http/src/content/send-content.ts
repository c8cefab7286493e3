import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import type { Readable } from 'node:stream'
import { finished } from 'node:stream/promises'
import type Koa from 'koa'
import { deliver, type DeliverOptions } from './deliver.ts'

/**
 * Sends the stream as the body of the reply, whose status and headers have been set, and resolves once it has been sent
 * or the client has left. Destroys the stream in any case. Where it is not as long as `Content-Length` says, that is a
 * fault like any other (`deliver`).
 */
export async function sendContent(
  ctx: Koa.Context,
  content: Readable,
  options: DeliverOptions = {},
): Promise<void> {
  content.on('error', () => undefined)
  try {
    await deliver(ctx, options, (res) => pump(content, res))
  } finally {
    content.destroy()
  }
}

async function pump(content: Readable, res: ServerResponse): Promise<void> {
  const left = new AbortController()
  const leave = (): void => {
    left.abort()
    content.destroy()
  }
  if (res.destroyed) return
  res.once('close', leave)
  const declared = res.getHeader('Content-Length')
  const bytesLeft = new ByteCount(declared === undefined ? undefined : Number(declared))
  for await (const chunk of content as AsyncIterable<Uint8Array>) {
    bytesLeft.take(chunk.length)
    if (!res.write(chunk)) await once(res, 'drain', { signal: left.signal })
  }
  bytesLeft.refuseRest()
  res.off('close', leave)
  res.end()
  await finished(res)
}

/** A wrong length would make the client take the next reply for a part of this one (RFC 9112 section 6.3). */
class ByteCount {
  #left: number | undefined

  constructor(declared: number | undefined) {
    this.#left = declared
  }

  take(bytes: number): void {
    if (this.#left === undefined) return
    this.#left -= bytes
    if (this.#left < 0) throw new Error('The content is longer than its Content-Length')
  }

  refuseRest(): void {
    if (this.#left !== undefined && this.#left > 0) {
      throw new Error('The content is shorter than its Content-Length')
    }
  }
}
