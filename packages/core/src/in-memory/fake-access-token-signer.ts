import { parseSessionId, parseUserId } from '../ids.ts'
import type { AccessClaims, AccessTokenSigner } from '../sessions/access-token-signer.ts'
import { seal, unseal } from './fake-seal.ts'

/** Anybody could make its tokens: for tests only. */
export class FakeAccessTokenSigner implements AccessTokenSigner {
  async sign(claims: AccessClaims): Promise<string> {
    const { userId, sessionId, generation, role, issuedAt, expiresAt } = claims
    return seal('fake-access', [userId, sessionId, generation, role, seconds(issuedAt), seconds(expiresAt)])
  }

  async verify(token: string, now: Date): Promise<AccessClaims | undefined> {
    const claims = await this.verifyIgnoringExpiry(token)
    return claims && now < claims.expiresAt ? claims : undefined
  }

  async verifyIgnoringExpiry(token: string): Promise<AccessClaims | undefined> {
    const [user, session, generation, role, issued, expires] = unseal('fake-access', token) ?? []
    const userId = parseUserId(String(user))
    const sessionId = parseSessionId(String(session))
    if (!userId || !sessionId || typeof issued !== 'number' || typeof expires !== 'number') return undefined
    return {
      userId,
      sessionId,
      generation: typeof generation === 'number' ? generation : 0,
      role: role === 'admin' ? ('admin' as const) : ('user' as const),
      issuedAt: new Date(issued * 1000),
      expiresAt: new Date(expires * 1000),
    }
  }
}

const seconds = (moment: Date): number => Math.floor(moment.getTime() / 1000)
