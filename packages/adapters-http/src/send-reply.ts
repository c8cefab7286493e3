import { Readable } from 'node:stream'
import type Koa from 'koa'
import type { AnyReply, ContentBody, Route } from './route.ts'
import { sendContent } from './content/send-content.ts'
import { sendPieces } from './content/send-pieces.ts'
import { countStream } from './metrics/count-stream.ts'
import type { HttpMetrics } from './metrics/http-metrics.ts'
import { JsonText } from './json-text.ts'
import { setCookieHeader } from './credentials/session-cookies.ts'

export interface SendReplyOptions {
  readonly route: Route
  readonly publicUrl: URL
  readonly metrics?: HttpMetrics | undefined
}

/** Writes what a handler returned. Nothing may be cached that did not say so. */
export async function sendReply(
  ctx: Koa.Context,
  reply: AnyReply,
  { route, publicUrl, metrics }: SendReplyOptions,
): Promise<void> {
  ctx.status = reply.status
  ctx.set('Cache-Control', 'no-store')
  setHeaders(ctx, reply.headers ?? {})
  for (const cookie of reply.cookies ?? []) ctx.append('Set-Cookie', setCookieHeader(publicUrl, cookie))

  const kind = route.replies[reply.status]?.body
  if (kind === 'content') {
    await sendBytes(ctx, reply.body as ContentBody | undefined, metrics)
  } else if (kind === 'asset') {
    // Its type is among the headers: Koa guesses one only where there is none.
    ctx.body = reply.body
  } else if (kind === 'none' || kind === undefined) {
    sendNothing(ctx)
  } else {
    const text = reply.body instanceof JsonText ? reply.body.text : JSON.stringify(reply.body)
    // In a terminal, the prompt after curl begins on a line of its own.
    ctx.body = `${text}\n`
    ctx.set('Content-Type', 'application/json; charset=utf-8')
  }
}

async function sendBytes(
  ctx: Koa.Context,
  body: ContentBody | undefined,
  metrics: HttpMetrics | undefined,
): Promise<void> {
  if (body) await countStream(metrics, 'download', () => sendStored(ctx, body))
  // Without a body Koa would write the text of the status; HEAD keeps the length of what it does not send.
  else if (ctx.method !== 'HEAD') ctx.body = ''
}

const sendStored = (ctx: Koa.Context, body: ContentBody): Promise<void> =>
  body instanceof Readable ? sendContent(ctx, body) : sendPieces(ctx, body)

/** `Vary` grows: CORS has named what it depends on already. */
function setHeaders(ctx: Koa.Context, { Vary, ...headers }: Readonly<Record<string, string>>): void {
  ctx.set(headers)
  if (Vary !== undefined) ctx.vary(Vary.split(/, */))
}

function sendNothing(ctx: Koa.Context): void {
  if (ctx.status === 204) return
  // Koa would write the status text where no body was set.
  ctx.body = ''
  ctx.remove('Content-Type')
}
