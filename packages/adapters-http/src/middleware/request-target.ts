import type Koa from 'koa'
import { HttpProblem } from '../problem.ts'

const allowedMethods = 'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS'

/**
 * Rejects targets that name no path (RFC 9112 section 3.2) and turns the absolute form into the origin form.
 */
export const requestTarget: Koa.Middleware = (ctx, next) => {
  const target = ctx.req.url ?? ''
  if (target === '*' && ctx.method === 'OPTIONS') {
    ctx.set('Allow', allowedMethods)
    ctx.status = 204
    return
  }
  const originForm = originFormOf(target)
  if (originForm === undefined) {
    throw new HttpProblem({
      status: 400,
      code: 'malformed_request',
      detail:
        'The request target is not valid. Send a path such as /v1/auth/me, with % only before two hexadecimal digits',
    })
  }
  if (originForm !== target) ctx.req.url = originForm
  return next()
}

/** The path and query of a target; undefined if it has no valid path. */
export function originFormOf(target: string): string | undefined {
  const originForm = target.startsWith('/') ? target : pathOfUrl(target)
  if (originForm === undefined || originForm.startsWith('//') || originForm.includes('#')) return undefined
  return hasBrokenEscape(pathOf(originForm)) ? undefined : originForm
}

/** The part before the query. Accepts every string. */
export const pathOf = (target: string): string => {
  const query = target.indexOf('?')
  return query < 0 ? target : target.slice(0, query)
}

/** The host is not checked: like `Host`, it may be a name that only the proxy in front uses. */
function pathOfUrl(target: string): string | undefined {
  const [scheme] = /^https?:\/\//i.exec(target) ?? []
  if (scheme === undefined) return undefined
  const afterScheme = target.slice(scheme.length)
  const [authority = ''] = afterScheme.split(/[/?#]/, 1)
  // RFC 9110 section 4.2.4: user information in a URI from an untrusted source is an error.
  if (authority.includes('@') || !URL.canParse(`http://${authority}`)) return undefined
  const rest = afterScheme.slice(authority.length)
  return rest.startsWith('/') ? rest : `/${rest}`
}

const hasBrokenEscape = (path: string): boolean => /%(?![\da-f]{2})/i.test(path)
