import type { SignedIn } from '@audiohost/core'
import { showTokens } from '../schemas/session.ts'
import { showUser } from '../schemas/user.ts'
import { sessionCookies } from '../credentials/session-cookies.ts'

export const cookiesSet = {
  'Set-Cookie': 'Access, refresh and media token, if they are delivered in cookies',
}

export const cookiesCleared = {
  'Set-Cookie': 'Clears access, refresh and media token',
  'Clear-Site-Data': '`"cookies"`',
}

/** Tokens leave in cookies or in the body, never in both: what script can read is never what a cookie holds. */
export function signedInReply({ user, sessionId, tokens }: SignedIn, delivery: 'cookie' | 'body') {
  const owner = { userId: user.id, sessionId }
  return delivery === 'body'
    ? ({ status: 200, body: showTokens(tokens), owner } as const)
    : ({ status: 200, body: showUser(user), cookies: sessionCookies(tokens), owner } as const)
}
