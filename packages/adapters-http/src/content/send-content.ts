import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import type { Readable } from 'node:stream'
import { finished } from 'node:stream/promises'
import type Koa from 'koa'

export interface SendContentOptions {
  /** A client that takes nothing for so long is cut off; a paused player asks again with a range. */
  readonly idleMs?: number
}

const defaultIdleMs = 60_000

/**
 * Sends the stream as the body of the reply, whose status and headers have been set, and resolves once it has been sent
 * or the client has left. Destroys the stream in any case. Where it fails, or is not as long as `Content-Length` says,
 * the connection is cut, so that a part never looks like the whole, and the error is thrown. Before the first byte the
 * error is thrown alone, for a reply that says so.
 */
export async function sendContent(
  ctx: Koa.Context,
  content: Readable,
  { idleMs = defaultIdleMs }: SendContentOptions = {},
): Promise<void> {
  const { res } = ctx
  // Koa would report every client that leaves as an error of the app.
  ctx.respond = false
  content.on('error', () => undefined)
  if (!res.destroyed) res.setTimeout(idleMs)
  try {
    await pump(content, res)
  } catch (error) {
    // The client has left: nobody's fault.
    if (res.destroyed) return
    if (res.headersSent) res.destroy()
    else handBack(ctx)
    throw error
  } finally {
    content.destroy()
  }
}

/** What described the content must not describe a problem. */
function handBack(ctx: Koa.Context): void {
  ctx.respond = true
  for (const name of ctx.res.getHeaderNames()) {
    if (/^(content-(?!security)|etag$|last-modified$|repr-digest$|accept-ranges$)/.test(name))
      ctx.remove(name)
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
