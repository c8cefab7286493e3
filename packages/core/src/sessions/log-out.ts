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
  readonly clock: Clock
}

export interface LogOutInput {
  readonly accessToken: string | undefined
  /** Names the session where the access token has expired already. */
  readonly refreshToken: string | undefined
}

export class LogOut {
  readonly #deps: LogOutDependencies

  constructor(deps: LogOutDependencies) {
    this.#deps = deps
  }

  /** @throws NotAuthenticated where neither token names a live session */
  async execute(input: LogOutInput): Promise<void> {
    const { sessions, clock } = this.#deps
    const now = clock.now()
    const sessionId = await this.#sessionIdOf(input, now)
    const live = sessionId && (await sessions.findLive(sessionId, now))
    if (!live) throw new NotAuthenticated()
    await sessions.end(live.session.id, live.user.id, now)
  }

  async #sessionIdOf({ accessToken, refreshToken }: LogOutInput, now: Date): Promise<SessionId | undefined> {
    const access =
      accessToken === undefined ? undefined : await this.#deps.accessTokens.verify(accessToken, now)
    if (access) return access.sessionId
    return refreshToken === undefined ? undefined : this.#deps.refreshTokens.verify(refreshToken)?.sessionId
  }
}
