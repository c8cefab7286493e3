import type { IncomingHttpHeaders } from 'node:http'
import type { Credentials } from './credentials.ts'
import { HttpProblem } from '../problem.ts'
import { isUnsafe } from '../route.ts'

/**
 * Refuses an unsafe request that a page of another origin may have made a browser send. A Bearer token
 * exempts: a page cannot send that header to another origin without CORS. Requests without cookies are
 * checked as well, because a forged login would sign the user in to the attacker's account.
 * @throws HttpProblem 403 `cross_site_request`
 */
export function refuseCrossSite(
  request: { readonly method: string; readonly headers: IncomingHttpHeaders },
  credentials: Pick<Credentials, 'hasBearerToken'>,
  origins: readonly string[],
): void {
  if (!isUnsafe(request.method) || credentials.hasBearerToken) return
  if (isAllowed(request.headers, origins)) return
  throw new HttpProblem({
    status: 403,
    code: 'cross_site_request',
    detail:
      'This request comes from a page of another origin. Send it from a page of this service, add the origin to ' +
      'CORS_ORIGINS, or send a Bearer token.',
  })
}

/**
 * The browser writes both headers, and a page cannot change them. `same-site` is not trusted: it includes
 * sibling hosts and other ports. A request with neither header does not come from a browser.
 */
function isAllowed(
  { 'sec-fetch-site': site, origin }: IncomingHttpHeaders,
  origins: readonly string[],
): boolean {
  if (site === 'same-origin' || site === 'none') return true
  return origin === undefined ? site === undefined : origins.includes(origin)
}
