import { pendingLoginTtlSeconds, type IssuedTokens } from '@audiohost/core'
import { isLoopbackHttp } from './site.ts'

export const cookieNames = ['access_token', 'refresh_token', 'media', 'oauth_login'] as const

export type CookieName = (typeof cookieNames)[number]

/** A cookie to be set; a life of 0 seconds clears it. */
export interface Cookie {
  readonly name: CookieName
  readonly value: string
  readonly maxAgeSeconds: number
}

export const sessionCookies = (tokens: IssuedTokens): readonly Cookie[] => [
  { name: 'access_token', value: tokens.accessToken, maxAgeSeconds: tokens.accessTtlSeconds },
  { name: 'refresh_token', value: tokens.refreshToken, maxAgeSeconds: tokens.refreshTtlSeconds },
  { name: 'media', value: tokens.mediaToken, maxAgeSeconds: tokens.refreshTtlSeconds },
]

/** Binds a sign-in at a provider to the browser that began it (RFC 9700 section 4.7.1). */
export const oauthLoginCookie = (browserKey: string): Cookie => ({
  name: 'oauth_login',
  value: browserKey,
  maxAgeSeconds: pendingLoginTtlSeconds,
})

const cleared = (name: CookieName): Cookie => ({ name, value: '', maxAgeSeconds: 0 })

export const clearedSessionCookies: readonly Cookie[] = [
  cleared('access_token'),
  cleared('refresh_token'),
  cleared('media'),
]

/** RFC 6265bis section 4.1.3.2: with `__Host-` no sibling host and no plain-http page can plant the cookie. */
export const cookieNameOn = (publicUrl: URL, name: CookieName): string =>
  isLoopbackHttp(publicUrl) ? name : `__Host-${name}`

/** The value of a `Set-Cookie` header. Setting and clearing differ in value and life only. */
export function setCookieHeader(publicUrl: URL, { name, value, maxAgeSeconds }: Cookie): string {
  const secure = isLoopbackHttp(publicUrl) ? '' : '; Secure'
  const life = maxAgeSeconds.toString()
  return `${cookieNameOn(publicUrl, name)}=${value}; Max-Age=${life}; Path=/; HttpOnly${secure}; SameSite=Lax`
}
