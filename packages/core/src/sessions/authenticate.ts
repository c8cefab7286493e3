import type { Actor } from '../actor.ts'
import type { Clock } from '../clock.ts'
import { NotAuthenticated } from '../errors.ts'
import type { AccessTokenSigner } from './access-token-signer.ts'
import type { LiveSession } from './session.ts'
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
 * a change of role takes effect with the next request, on every node (docs/decisions/0004 and 0026). The first token
 * of a generation confirms it: the only write, once per refresh (docs/decisions/0003).
 */
export class Authenticate {
  readonly #deps: AuthenticateDependencies

  constructor(deps: AuthenticateDependencies) {
    this.#deps = deps
  }

  /** @throws NotAuthenticated where the token is not ours or expired, or its session has ended */
  async execute(input: AuthenticateInput): Promise<LiveSession & { readonly actor: Actor }> {
    const now = this.#deps.clock.now()
    const claims = await this.#deps.accessTokens.verify(input.accessToken, now)
    const live = claims && (await this.#deps.sessions.findLive(claims.sessionId, now))
    if (!live || live.user.id !== claims.userId) throw new NotAuthenticated()
    const { session, user } = live
    if (session.confirmedAt === undefined && claims.generation === session.generation) {
      await this.#deps.sessions.confirm(session.id, session.generation, now)
    }
    return {
      session,
      user,
      actor: { userId: user.id, sessionId: session.id, isAdmin: user.isAdmin, address: input.address },
    }
  }
}
