import type { Clock } from '../clock.ts'
import { NotAuthenticated } from '../errors.ts'
import type { AccessTokenSigner } from './access-token-signer.ts'
import { findLiveByClaims, liveActorOf, type LiveActor } from './live-actor.ts'
import type { SessionRepository } from './session-repository.ts'

export interface AuthenticateDependencies {
  readonly accessTokens: AccessTokenSigner
  readonly sessions: Pick<SessionRepository, 'findLive' | 'confirm'>
  readonly clock: Clock
}

export interface AuthenticateInput {
  readonly accessToken: string
  /** Of the client; becomes that of the actor. */
  readonly address?: string | undefined
}

/**
 * Turns an access token into an actor. The session is read at every call, so that a logout, a deactivation or
 * a change of role takes effect with the next request, on every node (docs/decisions/0004 and 0026).
 */
export class Authenticate {
  readonly #deps: AuthenticateDependencies

  constructor(deps: AuthenticateDependencies) {
    this.#deps = deps
  }

  /** @throws NotAuthenticated where the token is not ours or expired, or its session has ended */
  async execute({ accessToken, address }: AuthenticateInput): Promise<LiveActor> {
    const now = this.#deps.clock.now()
    const claims = await this.#deps.accessTokens.verify(accessToken, now)
    const live = claims && (await findLiveByClaims(this.#deps.sessions, claims, now))
    if (!live) throw new NotAuthenticated()
    return liveActorOf(live, address)
  }
}
