import type { IncomingHttpHeaders } from 'node:http'
import { HttpProblem } from '../problem.ts'
import { cookieNameOn, cookieNames, type CookieName } from './session-cookies.ts'

/** What the client showed, unchecked. */
export interface Credentials {
  readonly accessToken: string | undefined
  readonly refreshToken: string | undefined
  /** The refresh cookie, also beside a Bearer token: other sites cannot send that header without leave (CORS). */
  readonly refreshCookie: string | undefined
  /** Opens media only. */
  readonly mediaToken: string | undefined
  readonly oauthLogin: string | undefined
  /** A page of another origin cannot send a Bearer token without CORS, so the request is not forged. */
  readonly hasBearerToken: boolean
}

/**
 * A Bearer token wins over cookies, which then name no session. Other schemes are not ours: a browser sends
 * Basic credentials for a proxy in front by itself, so they must not exempt a request from the same-origin check.
 */
export function readCredentials(headers: IncomingHttpHeaders, publicUrl: URL): Credentials {
  const cookies = readOwnCookies(headers.cookie, publicUrl)
  const bearer = readBearer(headers.authorization)
  if (bearer !== undefined) {
    return {
      accessToken: bearer,
      refreshToken: undefined,
      mediaToken: undefined,
      refreshCookie: cookies.refresh_token,
      oauthLogin: cookies.oauth_login,
      hasBearerToken: true,
    }
  }
  const { access_token: accessToken, refresh_token: refreshToken } = cookies
  return {
    accessToken,
    refreshToken,
    refreshCookie: refreshToken,
    mediaToken: cookies.media,
    oauthLogin: cookies.oauth_login,
    hasBearerToken: false,
  }
}

const readBearer = (authorization = ''): string | undefined =>
  /^bearer( |$)/i.test(authorization) ? authorization.slice('bearer'.length).trim() : undefined

function readOwnCookies(
  header: string | undefined,
  publicUrl: URL,
): Readonly<Partial<Record<CookieName, string>>> {
  const cookies = (header ?? '').split(';').map(readPair)
  const found: Partial<Record<CookieName, string>> = {}
  for (const name of cookieNames) {
    const [cookie, second] = cookies.filter((candidate) => candidate.name === cookieNameOn(publicUrl, name))
    if (second) throw duplicateCookie(name)
    if (cookie && cookie.value !== '') found[name] = cookie.value
  }
  return found
}

function readPair(pair: string): { readonly name: string; readonly value: string } {
  const [name = '', ...value] = pair.split('=')
  return { name: name.trim(), value: value.join('=').trim() }
}

/** Somebody may have planted the second one, and nothing tells which is theirs (RFC 6265 section 8.6). */
const duplicateCookie = (name: CookieName): HttpProblem =>
  new HttpProblem({
    status: 400,
    code: 'duplicate_cookie',
    detail: `The cookie ${name} was sent twice: clear the cookies of this site and sign in again`,
  })
