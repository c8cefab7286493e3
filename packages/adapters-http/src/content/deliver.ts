import type { ServerResponse } from 'node:http'
import type Koa from 'koa'

export interface DeliverOptions {
  /** A client that takes nothing for so long is cut off; a paused player asks again with a range. */
  readonly idleMs?: number
}

const defaultIdleMs = 60_000

/**
 * Lets `send` write the body of the reply, whose status and headers have been set, past Koa. Where it fails after the
 * first byte, the connection is cut, so that a part never looks like the whole, and the error is thrown; before the
 * first byte the error is thrown alone, for a reply that says so. A client that has left is no fault.
 */
export async function deliver(
  ctx: Koa.Context,
  { idleMs = defaultIdleMs }: DeliverOptions,
  send: (res: ServerResponse) => Promise<unknown>,
): Promise<void> {
  const { res } = ctx
  // Koa would report every client that leaves as an error of the app.
  ctx.respond = false
  if (!res.destroyed) res.setTimeout(idleMs)
  try {
    await send(res)
  } catch (error) {
    if (res.destroyed) return
    if (res.headersSent) res.destroy()
    else handBack(ctx)
    throw error
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
