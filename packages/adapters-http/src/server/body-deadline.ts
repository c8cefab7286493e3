import type { IncomingMessage, ServerResponse } from 'node:http'
import { rawProblem, sendRawProblem, type OnRefusal } from './raw-problem.ts'

const deadlines = new WeakMap<IncomingMessage, NodeJS.Timeout>()

interface BodyDeadlineOptions {
  readonly bodyDeadlineMs: number
  readonly onRefusal: OnRefusal
  readonly publicUrl: URL
}

/** A body must have arrived within this time, or a client could hold a connection for ever with one byte a minute. */
export function startBodyDeadline(
  { req, res }: { readonly req: IncomingMessage; readonly res: ServerResponse },
  { bodyDeadlineMs, onRefusal, publicUrl }: BodyDeadlineOptions,
): void {
  if (!hasBody(req)) return
  const timer = setTimeout(() => {
    if (req.complete) return
    const problem = rawProblem('request_timeout', 'The body of the request did not arrive in time')
    onRefusal(problem, undefined)
    if (res.headersSent) req.destroy()
    else sendRawProblem(res, problem, publicUrl)
  }, bodyDeadlineMs)
  deadlines.set(req, timer)
  res.once('close', () => {
    clearTimeout(timer)
    // What a weak map holds in its values, young collections take for alive: it would be this whole exchange.
    deadlines.delete(req)
  })
}

/** For whoever streams a body of any length and watches its progress. */
export function liftBodyDeadline(req: IncomingMessage): void {
  clearTimeout(deadlines.get(req))
}

/** RFC 9112 section 6.3: a request has one where it says so. */
const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) !== 0
