import type { IncomingHttpHeaders } from 'node:http'
import type { Credentials } from './credentials.ts'
import { HttpProblem } from '../problem.ts'
import { isUnsafe } from '../route.ts'

/**
 * Refuses unsafe requests that another site made a browser send with our cookies. `Sec-Fetch-Site` is written by the
 * browser and cannot be forged by a page; `Origin` speaks where it is missing. A client that sends neither is no
 * browser, and nobody can make it send its cookies.
 */
export function refuseCrossSite(
  request: { readonly method: string; readonly headers: IncomingHttpHeaders },
  credentials: Pick<Credentials, 'fromCookies'>,
  origins: readonly string[],
): void {
  if (!isUnsafe(request.method) || !credentials.fromCookies) return
  const site = request.headers['sec-fetch-site']
  const { origin } = request.headers
  const isCrossSite =
    site === undefined ? origin !== undefined && !origins.includes(origin) : site === 'cross-site'
  if (!isCrossSite) return
  throw new HttpProblem({
    status: 403,
    code: 'cross_site_request',
    detail: 'This request was sent by another web site, so the cookies of this one do not count for it',
  })
}
