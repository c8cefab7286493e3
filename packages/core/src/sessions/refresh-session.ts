import type { AuditTrail } from '../audit/audit-trail.ts'
import type { Clock } from '../clock.ts'
import { InvalidRefreshToken, RefreshTokenReused } from '../errors.ts'
import { issueTokens, type IssueTokensDependencies, type SignedIn } from './issue-tokens.ts'
import type { SessionRepository } from './session-repository.ts'

export interface RefreshSessionDependencies extends IssueTokensDependencies {
  readonly sessions: Pick<SessionRepository, 'rotate'>
  readonly audit: Pick<AuditTrail, 'record'>
  readonly clock: Clock
}

export interface RefreshSessionInput {
  readonly refreshToken: string
  /** Of the client. */
  readonly address?: string | undefined
}

export class RefreshSession {
  readonly #deps: RefreshSessionDependencies

  constructor(deps: RefreshSessionDependencies) {
    this.#deps = deps
  }

  /**
   * @throws InvalidRefreshToken where the token is not ours or its session is over
   * @throws RefreshTokenReused where an older generation comes back; the session has been ended by then
   */
  async execute(input: RefreshSessionInput): Promise<SignedIn> {
    const { refreshTokens, sessions, audit, clock, sessionPolicy } = this.#deps
    const claims = refreshTokens.verify(input.refreshToken)
    if (!claims) throw new InvalidRefreshToken()

    const now = clock.now()
    const rotation = await sessions.rotate(claims.sessionId, {
      presented: claims.generation,
      now,
      graceSeconds: sessionPolicy.graceSeconds,
      idleTtlSeconds: sessionPolicy.idleTtlSeconds,
    })
    if (rotation.outcome === 'reused') {
      // One copy is stolen and it is unknown which (RFC 9700 section 4.14.2), so the session ends for both
      // holders.
      const { sessionId, generation } = claims
      const { address } = input
      const subjectId = rotation.userId
      await audit.record({
        event: 'refresh_token_reused',
        subjectId,
        sessionId,
        address,
        details: { generation },
      })
      throw new RefreshTokenReused()
    }
    if (rotation.outcome === 'unknown') throw new InvalidRefreshToken()
    const { user, session } = rotation
    return { user, sessionId: session.id, tokens: await issueTokens(this.#deps, rotation, now) }
  }
}
