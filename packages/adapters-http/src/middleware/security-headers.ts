import type Koa from 'koa'
import helmet from 'koa-helmet'

/** For replies that are data: nothing may be run, framed or loaded from them. */
const directives = {
  defaultSrc: ["'none'"],
  baseUri: ["'none'"],
  formAction: ["'none'"],
  frameAncestors: ["'none'"],
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
