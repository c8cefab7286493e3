import type { SessionId } from '../ids.ts'

export interface RefreshClaims {
  readonly sessionId: SessionId
  readonly generation: number
}

/**
 * Refresh tokens hold no secret of their own: they name a session and a generation under a key of the server.
 * `sign` gives the same token for the same claims, so that the child of a generation can be derived again.
 */
export interface RefreshTokenSigner {
  sign(claims: RefreshClaims): string
  /** `undefined` for every text that is not a refresh token of ours. */
  verify(token: string): RefreshClaims | undefined
}
