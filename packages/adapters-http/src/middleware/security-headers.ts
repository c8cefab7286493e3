import type Koa from 'koa'
import helmet from 'koa-helmet'

/** For replies that are data: nothing may be run, framed or loaded from them. */
const directives = {
  defaultSrc: ["'none'"],
  baseUri: ["'none'"],
  formAction: ["'none'"],
  frameAncestors: ["'none'"],
}

/**
 * For every reply of a media route. The bytes come from users: a browser may play them but must not execute
 * them. A file that is opened in a tab loads itself as media, so `media-src` is needed; `sandbox` would give
 * the tab an opaque origin, whose requests carry no cookies. A 304 needs the same policy, because a browser
 * then replaces the one it has cached; and a refusal has it, so that a page of the same site sees the status
 * instead of a network error.
 */
export const mediaHeaders = {
  'Content-Security-Policy':
    "default-src 'none'; media-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'Cross-Origin-Resource-Policy': 'same-site',
}

/** On every reply, errors included. Pages of ours and audio bring a policy of their own and replace this one. */
export function securityHeaders(publicUrl: URL): Koa.Middleware {
  return helmet({
    contentSecurityPolicy: { useDefaults: false, directives },
    referrerPolicy: { policy: 'no-referrer' },
    frameguard: { action: 'deny' },
    // On plain http it would be ignored at best, and on a host that serves https elsewhere it would break that.
    hsts: publicUrl.protocol === 'https:' && { maxAge: 365 * 24 * 3600, includeSubDomains: false },
  })
}
