import type Koa from 'koa'
import { basePath } from '../credentials/site.ts'

/**
 * Removes the path of `PUBLIC_URL` from the path of the request. Requests without it pass unchanged, so a
 * proxy may strip it or not. If the base path looks like a route (`/v1`), the reading that has a route wins.
 */
export function removeBasePath(publicUrl: URL, hasRoute: (path: string) => boolean): Koa.Middleware {
  const base = basePath(publicUrl).split('/').slice(1).map(decode)
  if (base.length === 0) return (_ctx, next) => next()
  return function removeBasePath(ctx, next) {
    const { path } = ctx
    const rest = pathBelow(base, path)
    if (rest !== undefined && (hasRoute(rest) || !hasRoute(path))) ctx.path = rest
    return next()
  }
}

/**
 * Compared by decoded segments: `/audiobook` is not below `/audio`, and proxies do not agree on what to
 * encode.
 */
function pathBelow(base: readonly string[], path: string): string | undefined {
  const segments = path.split('/').slice(1)
  const isBelow = base.every((segment, index) => decode(segments[index] ?? '') === segment)
  return isBelow ? `/${segments.slice(base.length).join('/')}` : undefined
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment
  }
}
