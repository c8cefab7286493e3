import { createHash } from 'node:crypto'
import { addressBlock, emailKey, lookUpAddress, type RateLimit } from '@audiohost/core'
import type { RouteLimit, RouteRequest } from './route.ts'

const minutes = (count: number): number => count * 60

/**
 * Wide enough that nobody honest meets them, a household or an office behind one address included; narrow enough
 * that guessing a password takes years. An account is never locked by itself: only together with an address,
 * so that a stranger cannot lock its owner out.
 */
const limits = {
  loginByAccountAndAddress: { name: 'login-account', attempts: 10, windowSeconds: minutes(5) },
  loginByAddress: { name: 'login-address', attempts: 100, windowSeconds: minutes(5) },
  registrationByAddress: { name: 'registration-address', attempts: 100, windowSeconds: minutes(60) },
  registrationByEmailAndAddress: { name: 'registration-email', attempts: 60, windowSeconds: minutes(60) },
  refreshByToken: { name: 'refresh-token', attempts: 60, windowSeconds: minutes(1) },
  refreshByAddress: { name: 'refresh-address', attempts: 600, windowSeconds: minutes(1) },
  externalLoginByAddress: { name: 'external-login-address', attempts: 100, windowSeconds: minutes(5) },
  currentPasswordByUser: { name: 'current-password', attempts: 10, windowSeconds: minutes(5) },
} as const satisfies Record<string, RateLimit>

type Request<Body> = RouteRequest<'public', unknown, unknown, Body>

const addressOf = ({ client }: Pick<RouteRequest, 'client'>): string => addressBlock(client.address)

/** Every spelling of one account counts as that account. */
function accountOf(email: string): string {
  const address = lookUpAddress(email)
  return address ? emailKey(address) : email.trim().toLowerCase()
}

export const loginLimits: readonly RouteLimit<Request<{ email: string }>>[] = [
  {
    limit: limits.loginByAccountAndAddress,
    key: (request) => `${accountOf(request.body.email)} ${addressOf(request)}`,
    countsFailuresOnly: true,
  },
  { limit: limits.loginByAddress, key: addressOf, countsFailuresOnly: true },
]

export const registrationLimits: readonly RouteLimit<Request<{ email: string }>>[] = [
  { limit: limits.registrationByAddress, key: addressOf },
  {
    limit: limits.registrationByEmailAndAddress,
    key: (request) => `${accountOf(request.body.email)} ${addressOf(request)}`,
  },
]

export const refreshLimits: readonly RouteLimit<Request<{ refresh_token?: string | undefined }>>[] = [
  {
    limit: limits.refreshByToken,
    key: ({ body, credentials }) => body.refresh_token ?? credentials.refreshCookie,
  },
  { limit: limits.refreshByAddress, key: addressOf },
]

export const externalLoginLimits: readonly RouteLimit<Request<unknown>>[] = [
  { limit: limits.externalLoginByAddress, key: addressOf },
]

/** Whoever holds a session of somebody may still not guess the password with it. */
export const currentPasswordLimits: readonly RouteLimit<
  RouteRequest<'user', unknown, unknown, { current_password?: string | undefined }>
>[] = [
  {
    limit: limits.currentPasswordByUser,
    key: ({ actor, body }) => (body.current_password === undefined ? undefined : actor.userId),
    countsFailuresOnly: true,
  },
]

/** What the limiter stores names nobody: neither an address nor an account nor a token can be read from it. */
export const limiterKey = (key: string): string => createHash('sha256').update(key).digest('base64url')
