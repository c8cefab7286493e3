import { secondsAfter } from '../clock.ts'
import type { SessionId } from '../ids.ts'
import type { User } from '../users/user.ts'
import type { AccessTokenSigner } from './access-token-signer.ts'
import type { MediaTokenSigner } from './media-token-signer.ts'
import type { RefreshTokenSigner } from './refresh-token-signer.ts'
import { endOf, type LiveSession, type SessionPolicy } from './session.ts'

export interface IssuedTokens {
  readonly accessToken: string
  readonly accessTtlSeconds: number
  readonly refreshToken: string
  /** Whole seconds until the session ends unless it is refreshed. */
  readonly refreshTtlSeconds: number
  /** Opens media only; works for as long as the session lives. */
  readonly mediaToken: string
}

export interface SignedIn {
  readonly user: User
  readonly sessionId: SessionId
  readonly tokens: IssuedTokens
}

export interface IssueTokensDependencies {
  readonly accessTokens: AccessTokenSigner
  readonly refreshTokens: RefreshTokenSigner
  readonly mediaTokens: MediaTokenSigner
  readonly sessionPolicy: SessionPolicy
}

/** The tokens for the current state of the session. No access token outlives its session. */
export async function issueTokens(
  { accessTokens, refreshTokens, mediaTokens, sessionPolicy }: IssueTokensDependencies,
  { session, user }: LiveSession,
  now: Date,
): Promise<IssuedTokens> {
  const refreshTtlSeconds = Math.max(0, Math.floor((endOf(session).getTime() - now.getTime()) / 1000))
  const accessTtlSeconds = Math.min(sessionPolicy.accessTtlSeconds, refreshTtlSeconds)
  const accessToken = await accessTokens.sign({
    userId: user.id,
    sessionId: session.id,
    generation: session.generation,
    role: user.isAdmin ? 'admin' : 'user',
    issuedAt: now,
    expiresAt: secondsAfter(now, accessTtlSeconds),
  })
  const refreshToken = refreshTokens.sign({ sessionId: session.id, generation: session.generation })
  const mediaToken = mediaTokens.sign(session.id)
  return { accessToken, accessTtlSeconds, refreshToken, refreshTtlSeconds, mediaToken }
}
