import type Koa from 'koa'
import { HttpProblem } from './problem.ts'

/** A body that is inflated has no size that could be foreseen; taken as it came, it would be taken for something else. */
export function refuseCompressed(ctx: Koa.Context): void {
  if (/^(identity)?$/i.test(ctx.get('Content-Encoding'))) return
  throw new HttpProblem({
    status: 415,
    code: 'unsupported_media_type',
    detail: 'Compressed request bodies are not accepted',
    // RFC 9110 section 15.5.16: what would have been accepted.
    headers: { 'Accept-Encoding': 'identity' },
  })
}
