import type { IncomingHttpHeaders } from 'node:http'
import type { ContentPlan } from './content-reply.ts'

/** The place that only a reply of ours leads to; `deploy/nginx.conf` has it too. */
const internalPrefix = '/internal/audio/'

// One range in the plainest form, so that the web server reads in it what we did.
const plainRange = /^bytes=(\d{1,15}-\d{0,15}|-\d{1,15})$/

/**
 * Whether the web server in front would answer as planned. It asks the conditions once more, with its own rules: what it
 * would refuse or read in another way is sent from here.
 */
export function canHandOver(plan: ContentPlan, headers: IncomingHttpHeaders): boolean {
  if (plan.body === 'none') return false
  if (headers['if-match'] !== undefined || headers['if-unmodified-since'] !== undefined) return false
  if (headers.range === undefined) return plan.status === 200
  return plan.status === 206 && plainRange.test(headers.range)
}

/**
 * The reply that makes nginx send this file: the headers of the whole content, to which it adds those about ranges, and an
 * empty body, whose length is said, since nginx waits for the end of one that is not.
 */
export function handedOver({ headers: planned }: ContentPlan, path: string): Record<string, string> {
  const { 'Content-Range': _range, 'Accept-Ranges': _ranges, ...headers } = planned
  return { ...headers, 'Content-Length': '0', 'X-Accel-Redirect': `${internalPrefix}${path}` }
}
