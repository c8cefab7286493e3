import { NotAuthenticated } from '../errors.ts'
import type { AuthenticateDependencies } from './authenticate.ts'
import { findLiveByClaims, liveActorOf, type LiveActor } from './live-actor.ts'
import type { MediaTokenSigner } from './media-token-signer.ts'

export interface AuthenticateMediaDependencies extends AuthenticateDependencies {
  readonly mediaTokens: MediaTokenSigner
}

export interface AuthenticateMediaInput {
  readonly accessToken: string | undefined
  readonly mediaToken: string | undefined
  /** Of the client; becomes that of the actor. */
  readonly address?: string | undefined
}

/**
 * Authenticates a request for media, by an access token or by a media token. A media element cannot refresh,
 * so its token works for as long as the session lives (docs/decisions/0052). The session is read at every
 * call.
 */
export class AuthenticateMedia {
  readonly #deps: AuthenticateMediaDependencies

  constructor(deps: AuthenticateMediaDependencies) {
    this.#deps = deps
  }

  /** @throws NotAuthenticated if neither token names a live session */
  async execute({ accessToken, mediaToken, address }: AuthenticateMediaInput): Promise<LiveActor> {
    const { accessTokens, mediaTokens, sessions, clock } = this.#deps
    const now = clock.now()
    const claims = accessToken === undefined ? undefined : await accessTokens.verify(accessToken, now)
    const byAccessToken = claims && (await findLiveByClaims(sessions, claims, now))
    if (byAccessToken) return liveActorOf(byAccessToken, address)

    const sessionId = mediaToken === undefined ? undefined : mediaTokens.verify(mediaToken)
    const live = sessionId && (await sessions.findLive(sessionId, now))
    if (!live) throw new NotAuthenticated()
    return liveActorOf(live, address)
  }
}
