import type { SessionId } from '../ids.ts'

/**
 * Signs tokens that name a session and open media only. A token has no expiry of its own: the session is read
 * at every request, so the token works for as long as the session lives.
 */
export interface MediaTokenSigner {
  /** The same token for the same session. */
  sign(sessionId: SessionId): string
  /** `undefined` for every text that is not a media token of this server. */
  verify(token: string): SessionId | undefined
}
