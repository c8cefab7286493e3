import { NotAuthenticated } from '../errors.ts'
import type { AudioId } from '../ids.ts'
import type { UploadRepository } from '../uploads/upload-repository.ts'
import type { AuthenticateDependencies } from './authenticate.ts'
import { findLiveByClaims, liveActorOf, type LiveActor } from './live-actor.ts'

export interface AuthenticateUploadDependencies extends AuthenticateDependencies {
  readonly uploads: Pick<UploadRepository, 'find'>
}

export interface AuthenticateUploadInput {
  readonly accessToken: string
  /** `undefined` if the id in the request is not valid. */
  readonly uploadId: AudioId | undefined
  /** Of the client; becomes that of the actor. */
  readonly address?: string | undefined
}

/**
 * Authenticates a request on one upload. Upload clients send one fixed header with every request, so an
 * expired access token still opens the uploads that its user created before it expired, for as long as
 * its session lives (docs/decisions/0053).
 */
export class AuthenticateUpload {
  readonly #deps: AuthenticateUploadDependencies

  constructor(deps: AuthenticateUploadDependencies) {
    this.#deps = deps
  }

  /**
   * @throws NotAuthenticated if the session has ended, or the token has expired and does not open this upload
   */
  async execute({ accessToken, uploadId, address }: AuthenticateUploadInput): Promise<LiveActor> {
    const { accessTokens, sessions, uploads, clock } = this.#deps
    const now = clock.now()
    const claims = await accessTokens.verifyIgnoringExpiry(accessToken)
    const live = claims && (await findLiveByClaims(sessions, claims, now))
    if (!live) throw new NotAuthenticated()
    if (now < claims.expiresAt) return liveActorOf(live, address)

    const upload = uploadId && (await uploads.find(uploadId, live.user.id, now))
    if (!upload || upload.createdAt >= claims.expiresAt) throw new NotAuthenticated()
    return liveActorOf(live, address)
  }
}
