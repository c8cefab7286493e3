import type { SessionId, UserId } from '../ids.ts'

export interface AccessClaims {
  readonly userId: UserId
  readonly sessionId: SessionId
  /** The generation of the refresh token that was issued with this token; 0 if an older release issued it. */
  readonly generation: number
  /** For services that read the token by themselves; audiohost itself asks its database. */
  readonly role: 'user' | 'admin'
  /** Whole seconds; the rest is cut off. */
  readonly issuedAt: Date
  readonly expiresAt: Date
}

export interface AccessTokenSigner {
  sign(claims: AccessClaims): Promise<string>
  /** `undefined` for every text that is not a token of ours, of this kind, valid at `now`. Never throws for bad input. */
  verify(token: string, now: Date): Promise<AccessClaims | undefined>
  /** As `verify`, for a token that may have expired. */
  verifyIgnoringExpiry(token: string): Promise<AccessClaims | undefined>
}
