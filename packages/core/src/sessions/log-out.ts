import type { AuditTrail } from '../audit/audit-trail.ts'
import type { Clock } from '../clock.ts'
import { NotAuthenticated } from '../errors.ts'
import type { SessionId } from '../ids.ts'
import type { AccessTokenSigner } from './access-token-signer.ts'
import type { RefreshTokenSigner } from './refresh-token-signer.ts'
import type { SessionRepository } from './session-repository.ts'

export interface LogOutDependencies {
  readonly accessTokens: AccessTokenSigner
  readonly refreshTokens: RefreshTokenSigner
  readonly sessions: Pick<SessionRepository, 'findLive' | 'end'>
  readonly audit: Pick<AuditTrail, 'record'>
  readonly clock: Clock
}

export interface LogOutInput {
  readonly accessToken: string | undefined
  /** Names the session where the access token has expired already. */
  readonly refreshToken: string | undefined
  /** Of the client. */
  readonly address?: string | undefined
}

export class LogOut {
  readonly #deps: LogOutDependencies

  constructor(deps: LogOutDependencies) {
    this.#deps = deps
  }

  /** Ends what either token names. @throws NotAuthenticated where neither names a live session */
  async execute(input: LogOutInput): Promise<void> {
    const { sessions, audit, clock } = this.#deps
    const now = clock.now()
    let ended = false
    for (const sessionId of await this.#sessionIdsOf(input, now)) {
      const live = await sessions.findLive(sessionId, now)
      if (!live || !(await sessions.end(sessionId, live.user.id, now))) continue
      ended = true
      const { id } = live.user
      await audit.record({ event: 'logout', actorId: id, subjectId: id, sessionId, address: input.address })
    }
    if (!ended) throw new NotAuthenticated()
  }

  async #sessionIdsOf(
    { accessToken, refreshToken }: LogOutInput,
    now: Date,
  ): Promise<ReadonlySet<SessionId>> {
    const { accessTokens, refreshTokens } = this.#deps
    const claims = [
      accessToken === undefined ? undefined : await accessTokens.verify(accessToken, now),
      refreshToken === undefined ? undefined : refreshTokens.verify(refreshToken),
    ]
    return new Set(claims.flatMap((claim) => (claim ? [claim.sessionId] : [])))
  }
}
