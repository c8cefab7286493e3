import { CoreError } from './core-error.ts'
import type {
  UploadAborted,
  UploadBusy,
  UploadDamaged,
  UploadInterrupted,
  UploadLengthExceeded,
  UploadNotFound,
  UploadOffsetConflict,
  UploadTooFragmented,
} from './upload-errors.ts'

export { CoreError }
export {
  UploadAborted,
  UploadBusy,
  UploadDamaged,
  UploadInterrupted,
  UploadLengthExceeded,
  UploadNotFound,
  UploadOffsetConflict,
  UploadTooFragmented,
} from './upload-errors.ts'

export interface InputIssue {
  /** A JSON pointer (RFC 6901) to the field, such as `/email`. */
  readonly path: string
  readonly code: string
  readonly message: string
}

export class InvalidInput extends CoreError {
  readonly code = 'invalid_input'
  readonly issues: readonly InputIssue[]

  constructor(issues: readonly InputIssue[]) {
    super(issues.map((issue) => issue.message).join('; '))
    this.issues = issues
  }
}

export class NotAuthenticated extends CoreError {
  readonly code = 'not_authenticated'
  constructor(message = 'There is no valid session. Sign in first') {
    super(message)
  }
}

export class AdminRequired extends CoreError {
  readonly code = 'admin_required'
  constructor() {
    super('Only an administrator may do this')
  }
}

export class EmailTaken extends CoreError {
  readonly code = 'email_taken'
  constructor() {
    super('An account with this e-mail address exists already')
  }
}

/** One answer for an unknown address, a wrong password and a disabled account. */
export class InvalidCredentials extends CoreError {
  readonly code = 'invalid_credentials'
  constructor() {
    super('The e-mail address or the password is wrong')
  }
}

export class WrongPassword extends CoreError {
  readonly code = 'wrong_password'
  constructor(reason: 'wrong' | 'missing' = 'wrong') {
    super(
      reason === 'wrong'
        ? 'The current password is wrong'
        : 'A new password or e-mail address needs current_password. Send it in the same request',
    )
  }
}

export class InvalidRefreshToken extends CoreError {
  readonly code = 'invalid_refresh_token'
  constructor(reason: 'invalid' | 'missing' = 'invalid') {
    super(
      reason === 'invalid'
        ? 'The refresh token is invalid, expired, or its session has ended. Sign in again'
        : 'The request has no refresh token, neither in a cookie nor in the body. Sign in',
    )
  }
}

export class RefreshTokenReused extends CoreError {
  readonly code = 'refresh_token_reused'
  constructor() {
    super('This refresh token was used before, so its session has been ended. Sign in again')
  }
}

export class SessionNotFound extends CoreError {
  readonly code = 'session_not_found'
  constructor() {
    super('There is no such session')
  }
}

export class UserNotFound extends CoreError {
  readonly code = 'user_not_found'
  constructor() {
    super('There is no such user')
  }
}

export class LastAdmin extends CoreError {
  readonly code = 'last_admin'
  constructor() {
    super('This would leave the service without an active administrator')
  }
}

export class ProviderNotConfigured extends CoreError {
  readonly code = 'provider_not_configured'
  constructor(provider: string) {
    super(`Signing in with ${provider} is not configured on this server`)
  }
}

export class ProviderUnavailable extends CoreError {
  readonly code = 'provider_unavailable'
  constructor(options?: ErrorOptions) {
    super('The identity provider does not answer as it should: try again later', options)
  }
}

export class OAuthStateInvalid extends CoreError {
  readonly code = 'oauth_state_invalid'
  constructor() {
    super('This sign-in was not started in this browser, was finished already, or took too long: start again')
  }
}

export class OAuthDenied extends CoreError {
  readonly code = 'oauth_denied'
  /** `account`: this service refused, because the account is disabled or was just deleted. */
  readonly by: 'provider' | 'account'
  constructor(by: OAuthDenied['by'] = 'provider', options?: ErrorOptions) {
    super(
      by === 'provider'
        ? 'The identity provider refused the sign-in'
        : 'This account cannot sign in: it is disabled or deleted. Ask an administrator',
      options,
    )
    this.by = by
  }
}

export class EmailTakenByOtherAccount extends CoreError {
  readonly code = 'email_taken_by_other_account'
  constructor() {
    super(
      'An account with this e-mail address exists already and is not connected to this provider: sign in with its password',
    )
  }
}

/** Also for the audio of another user, so that the answer does not reveal what exists. */
export class AudioNotFound extends CoreError {
  readonly code = 'audio_not_found'
  constructor() {
    super('There is no such audio')
  }
}

export class UnsupportedAudio extends CoreError {
  readonly code = 'unsupported_audio'
  readonly format: string
  constructor(format: string) {
    super(`The file is ${format}, which is not among the accepted audio formats`)
    this.format = format
  }
}

export class NotAudio extends CoreError {
  readonly code = 'not_audio'
  readonly reason: 'empty' | 'unknown' | 'truncated' | 'unreadable'
  constructor(reason: NotAudio['reason']) {
    super(notAudioMessages[reason])
    this.reason = reason
  }
}

const notAudioMessages = {
  empty: 'The file is empty. Choose another file',
  unknown: 'The bytes of the file are not audio',
  truncated: 'The file is cut off: it ends before the end of its audio. Upload the whole file',
  unreadable:
    'The file begins like audio, but its contents cannot be read. Export it again, then upload the new file',
} as const

/** Reading the structure of the file would take too much time or memory. */
export class AudioTooComplex extends CoreError {
  readonly code = 'audio_too_complex'
  constructor() {
    super(
      'The file takes too long to analyze. Export it again with an audio editor, then upload the new file',
    )
  }
}

export class ContentTooLarge extends CoreError {
  readonly code = 'content_too_large'
  readonly limitBytes: number
  constructor(limitBytes: number) {
    super(`The file is larger than the limit of ${limitBytes.toString()} bytes`)
    this.limitBytes = limitBytes
  }
}

/** The bytes changed in transit, or the digest is that of other bytes. */
export class DigestMismatch extends CoreError {
  readonly code = 'digest_mismatch'
  constructor() {
    super('The digest does not match the bytes that arrived. Compute it from the file, then send both again')
  }
}

/** More than the user may keep, uploads in flight included. */
export class QuotaExceeded extends CoreError {
  readonly code = 'quota_exceeded'
  readonly limit: 'bytes' | 'files'
  constructor(limit: QuotaExceeded['limit']) {
    super(
      limit === 'bytes'
        ? 'The file does not fit into your quota of bytes. Delete audio, or ask an administrator for a larger quota'
        : 'Your quota of files is used up. Delete audio, or ask an administrator for a larger quota',
    )
    this.limit = limit
  }
}

/** Thrown by content stores when the medium is full; nothing of the refused write is left. */
export class StorageFull extends CoreError {
  readonly code = 'storage_full'
  constructor(options?: ErrorOptions) {
    super('The storage is full. Try again later', options)
  }
}

/** Thrown by content stores when the medium cannot serve now and the caller may try again. */
export class StorageUnavailable extends CoreError {
  readonly code = 'storage_unavailable'
  /** Whether the medium refuses writes only, so that existing content can still be read. */
  readonly isReadOnly: boolean
  constructor({ isReadOnly = false, ...options }: ErrorOptions & { readonly isReadOnly?: boolean } = {}) {
    super(
      isReadOnly
        ? 'The storage accepts no new files now. Existing audio can still be played. Try again later'
        : 'The storage is not available now. Try again later',
      options,
    )
    this.isReadOnly = isReadOnly
  }
}

/** The row is there and the bytes are not: damage, to be repaired by the operator. */
export class ContentMissing extends CoreError {
  readonly code = 'content_missing'
  constructor() {
    super('The content of this audio is missing from the storage')
  }
}

/** The bytes are not those that were uploaded: damage, to be repaired by the operator. */
export class ContentDamaged extends CoreError {
  readonly code = 'content_damaged'
  constructor() {
    super('The content of this audio is damaged, so it is not served')
  }
}

/** More work is waiting than can be done soon. */
export class TooBusy extends CoreError {
  readonly code = 'too_busy'
  readonly retryAfterSeconds: number
  constructor(retryAfterSeconds: number) {
    super('Too many requests of this kind are waiting. Try again in a moment')
    this.retryAfterSeconds = retryAfterSeconds
  }
}

/** The key of an earlier request came with a different request. */
export class IdempotencyKeyReused extends CoreError {
  readonly code = 'idempotency_key_reused'
  constructor() {
    super('This Idempotency-Key was used for another request. Use a new key')
  }
}

export type AnyCoreError =
  | InvalidInput
  | NotAuthenticated
  | AdminRequired
  | EmailTaken
  | InvalidCredentials
  | WrongPassword
  | InvalidRefreshToken
  | RefreshTokenReused
  | SessionNotFound
  | UserNotFound
  | LastAdmin
  | ProviderNotConfigured
  | ProviderUnavailable
  | OAuthStateInvalid
  | OAuthDenied
  | EmailTakenByOtherAccount
  | AudioNotFound
  | UnsupportedAudio
  | NotAudio
  | AudioTooComplex
  | ContentTooLarge
  | UploadLengthExceeded
  | UploadAborted
  | UploadInterrupted
  | DigestMismatch
  | QuotaExceeded
  | StorageFull
  | StorageUnavailable
  | ContentMissing
  | ContentDamaged
  | TooBusy
  | IdempotencyKeyReused
  | UploadNotFound
  | UploadOffsetConflict
  | UploadBusy
  | UploadTooFragmented
  | UploadDamaged

export type ErrorCode = AnyCoreError['code']
