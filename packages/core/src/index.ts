export type { Actor } from './actor.ts'
export { addressBlock } from './address-block.ts'
export { TextInput } from './text-input.ts'
export { secondsAfter, type Clock } from './clock.ts'
export { FairScheduler } from './fair-scheduler.ts'
export {
  CoreError,
  InvalidInput,
  NotAuthenticated,
  AdminRequired,
  EmailTaken,
  InvalidCredentials,
  WrongPassword,
  InvalidRefreshToken,
  RefreshTokenReused,
  SessionNotFound,
  UserNotFound,
  LastAdmin,
  ProviderNotConfigured,
  ProviderUnavailable,
  OAuthStateInvalid,
  OAuthDenied,
  EmailTakenByOtherAccount,
  AudioNotFound,
  UnsupportedAudio,
  NotAudio,
  AudioTooComplex,
  ContentTooLarge,
  UploadAborted,
  UploadLengthExceeded,
  UploadInterrupted,
  DigestMismatch,
  QuotaExceeded,
  StorageFull,
  StorageUnavailable,
  ContentMissing,
  ContentDamaged,
  TooBusy,
  IdempotencyKeyReused,
  UploadBusy,
  UploadNotFound,
  UploadOffsetConflict,
  UploadDamaged,
  UploadTooFragmented,
  type InputIssue,
  type AnyCoreError,
  type ErrorCode,
} from './errors.ts'
export {
  newUserId,
  newSessionId,
  newAudioId,
  parseUserId,
  parseSessionId,
  parseAudioId,
  type Branded,
  type UserId,
  type SessionId,
  type AudioId,
  type IdGenerator,
} from './ids.ts'
export type { AnswerSeal } from './idempotency/answer-seal.ts'
export type { KeyedRequest } from './idempotency/keyed-request.ts'
export type {
  AnswerOwner,
  Attempt,
  NewAttempt,
  Begun,
  IdempotencyRecords,
  StoredAnswer,
} from './idempotency/idempotency-records.ts'
export {
  auditEventNames,
  type AuditDetails,
  type AuditEvent,
  type AuditEventId,
  type AuditEventName,
} from './audit/audit-event.ts'
export type { AuditFilter, AuditLog } from './audit/audit-log.ts'
export { AuditTrail } from './audit/audit-trail.ts'
export { ListAuditEvents } from './audit/list-audit-events.ts'
export { RecordRateLimitedSignIn } from './audit/record-rate-limited-sign-in.ts'
export type { SecurityLog } from './audit/security-log.ts'
export type { CommittedRepositories, UnitOfWork } from './unit-of-work.ts'
export type { Incident, IncidentReporter } from './incident-reporter.ts'
export { pageBy, pageOf, type Keyset, type PageRequest, type Page } from './page.ts'
export type { Retries } from './retries.ts'
export type { RateLimit, RateLimitState, RateLimiter } from './rate-limiter.ts'
export type { Repositories } from './repositories.ts'
export type { SecretGenerator } from './secret-generator.ts'
export {
  maxTitleLength,
  maxDescriptionLength,
  readTitle,
  readDescription,
  type Audio,
  type ContentDamage,
  type ContentFacts,
  withoutLongTexts,
  type Chapter,
  type MediaFacts,
  type MusicBrainzIds,
  type R128Gain,
  type ReplayGain,
} from './audio/audio.ts'
export { maxFileNameLength, cleanFileName, downloadName } from './audio/file-name.ts'
export type { ByteRange, StoredContent, AudioContentStore, IsInFlight } from './audio/audio-content-store.ts'
export type { CheckedContent, ContentChecks } from './audio/content-checks.ts'
export { isRecorded, type ContentFinding } from './audio/content-finding.ts'
export type { Pace } from './audio/examine-content.ts'
export {
  CheckContents,
  type CheckContentsDependencies,
  type CheckContentsInput,
} from './audio/check-contents.ts'
export type { CopyFault } from './audio/copy-content.ts'
export {
  CopyContents,
  type CopyAmount,
  type CopyContentsDependencies,
  type CopyContentsInput,
  type CopyFailure,
  type CopyReport,
} from './audio/copy-contents.ts'
export { RecordFinding, type RecordFindingDependencies } from './audio/record-finding.ts'
export {
  ScrubContents,
  type ScrubContentsDependencies,
  type ScrubContentsInput,
  type ScrubProgress,
} from './audio/scrub-contents.ts'
export type { ContentFiles } from './audio/content-files.ts'
export type { ContentHandle, ContentHandles } from './audio/content-handles.ts'
export type { ContentDelivery, ContentLinks, LinkTerms } from './audio/content-links.ts'
export type { ReadyContent, AudioInventory } from './audio/audio-inventory.ts'
export { audioFormats, contentTypeOf, type AudioFormat } from './audio/audio-format.ts'
export type { RandomAccessContent, ProbeVerdict, AudioProbe } from './audio/audio-probe.ts'
export {
  audioKey,
  newestFirst,
  sectionsOf,
  titleKey,
  type AudioKey,
  type AudioOrder,
  type AudioPlace,
  type AudioSection,
  type AudioSort,
} from './audio/audio-order.ts'
export {
  isWord,
  maxSearchLength,
  parseSearch,
  searchText,
  separated,
  separators,
  type AudioSearch,
  type SearchedAudio,
} from './audio/audio-search.ts'
export type {
  PendingAudio,
  Reserved,
  Room,
  AudioChanges,
  AudioFilter,
  AudioPage,
  AudioPageRequest,
  AudioRepository,
  AudioLeftovers,
  LeftoverRows,
} from './audio/audio-repository.ts'
export { shareOfFreeRoom } from './audio/audio-repository.ts'
export { mostSniffedBytes, type SniffVerdict, type AudioSniffer } from './audio/audio-sniffer.ts'
export { DeleteAudio, type DeleteAudioDependencies } from './audio/delete-audio.ts'
export { ListAudio, type ListAudioDependencies } from './audio/list-audio.ts'
export { OpenAudio, type OpenAudioDependencies, type OpenedAudio } from './audio/open-audio.ts'
export {
  FindLeftovers,
  type FindLeftoversDependencies,
  type FindLeftoversInput,
  type Leftovers,
} from './audio/find-leftovers.ts'
export {
  defaultSweepAgeSeconds,
  SweepLeftovers,
  type SweepInput,
  type SweepLeftoversDependencies,
  type SweepReport,
} from './audio/sweep-leftovers.ts'
export { UpdateAudio, type UpdateAudioDependencies, type UpdateAudioInput } from './audio/update-audio.ts'
export { UploadAudio, type UploadAudioDependencies, type UploadAudioInput } from './audio/upload-audio.ts'
export type { AudioDetails } from './audio/describe-content.ts'
export type { AccessClaims, AccessTokenSigner } from './sessions/access-token-signer.ts'
export { Authenticate, type AuthenticateDependencies } from './sessions/authenticate.ts'
export { AuthenticateMedia, type AuthenticateMediaDependencies } from './sessions/authenticate-media.ts'
export { AuthenticateUpload, type AuthenticateUploadDependencies } from './sessions/authenticate-upload.ts'
export type { MediaTokenSigner } from './sessions/media-token-signer.ts'
export {
  pendingLoginTtlSeconds,
  BeginExternalLogin,
  type BeginExternalLoginDependencies,
  type BegunLogin,
} from './sessions/begin-external-login.ts'
export {
  CompleteExternalLogin,
  type CompleteExternalLoginDependencies,
  type CompleteExternalLoginInput,
} from './sessions/complete-external-login.ts'
export { EndOtherSessions, type EndOtherSessionsDependencies } from './sessions/end-other-sessions.ts'
export { EndSession, type EndSessionDependencies } from './sessions/end-session.ts'
export type { ExternalProfile, IdentityProvider } from './sessions/identity-provider.ts'
export type { IssuedTokens, SignedIn } from './sessions/issue-tokens.ts'
export { ListSessions, type ListSessionsDependencies } from './sessions/list-sessions.ts'
export { LogIn, type LogInDependencies, type LogInInput } from './sessions/log-in.ts'
export { LogOut, type LogOutDependencies, type LogOutInput } from './sessions/log-out.ts'
export type { PendingLogin, PendingLoginRepository } from './sessions/pending-login-repository.ts'
export { RefreshSession, type RefreshSessionDependencies } from './sessions/refresh-session.ts'
export type { RefreshClaims, RefreshTokenSigner } from './sessions/refresh-token-signer.ts'
export {
  defaultSessionPolicy,
  endOf,
  maxUserAgentLength,
  cleanUserAgent,
  type Session,
  type LiveSession,
  type SessionPolicy,
} from './sessions/session.ts'
export type { Rotation, RotationResult, SessionRepository } from './sessions/session-repository.ts'
export { CreateAdmin, type CreateAdminDependencies } from './users/create-admin.ts'
export { DeleteUser, type DeleteUserDependencies } from './users/delete-user.ts'
export {
  maxEmailLength,
  parseEmailAddress,
  lookUpAddress,
  emailKey,
  emailKeys,
  type EmailAddress,
  type EmailKey,
  readEmail,
} from './users/email-address.ts'
export type { ExternalIdentity, ExternalIdentityRepository } from './users/external-identity-repository.ts'
export { GetUser, type GetUserDependencies, type GetUserInput } from './users/get-user.ts'
export { ListUsers, type ListUsersDependencies } from './users/list-users.ts'
export type { PasswordHasher } from './users/password-hasher.ts'
export { minPasswordLength, maxPasswordLength, readPassword } from './users/password-policy.ts'
export type { Credentials, PasswordRepository } from './users/password-repository.ts'
export { RegisterUser, type RegisterUserDependencies, type NewUserInput } from './users/register-user.ts'
export {
  UpdateOwnAccount,
  type UpdateOwnAccountDependencies,
  type UpdateOwnAccountInput,
} from './users/update-own-account.ts'
export {
  UpdateUser,
  type UpdateUserDependencies,
  type ProfileInput,
  type UpdateUserInput,
} from './users/update-user.ts'
export { maxNameLength, readName, type User, type UserChanges } from './users/user.ts'
export type { UserFilter, UserRepository } from './users/user-repository.ts'
export { GetUsage, type GetUsageDependencies, type UsageReport } from './users/get-usage.ts'
export { SetQuota, type SetQuotaDependencies, type SetQuotaInput } from './users/set-quota.ts'
export { effectiveQuota, mostCountedBytes, unlimited, type Quota, type StorageUsage } from './users/quota.ts'
export { CheckUsage, type CheckUsageDependencies, type CheckUsageInput } from './users/check-usage.ts'
export type { UsageAudit, UsageComparison } from './users/usage-audit.ts'
export type { QuotaRepository } from './users/quota-repository.ts'
export {
  AppendToUpload,
  type AppendToUploadDependencies,
  type AppendToUploadInput,
} from './uploads/append-to-upload.ts'
export {
  BeginUpload,
  defaultUploadExpirySeconds,
  type BeginUploadDependencies,
  type BeginUploadInput,
} from './uploads/begin-upload.ts'
export { CancelUpload } from './uploads/cancel-upload.ts'
export {
  CheckUploadParts,
  type CheckUploadPartsDependencies,
  type CheckUploadPartsInput,
  type UploadFinding,
  type UploadPartFinding,
} from './uploads/check-upload-parts.ts'
export type { DiscardUploadDependencies } from './uploads/discard-upload.ts'
export { FindUpload } from './uploads/find-upload.ts'
export type { FinishUploadDependencies } from './uploads/finish-upload.ts'
export { GiveUpDamagedUpload } from './uploads/give-up-damaged-upload.ts'
export {
  HoldUpload,
  type HeldUpload,
  type HoldUploadDependencies,
  type HoldUploadInput,
} from './uploads/hold-upload.ts'
export type { Lease, Leases } from './uploads/leases.ts'
export type { PartLimits } from './uploads/part-source.ts'
export { isWhole, type Upload, type UploadMetadata, type UploadPart } from './uploads/upload.ts'
export type {
  OpenUploadPart,
  UploadPartInventory,
  UploadPartPageRequest,
  UploadPartPlace,
} from './uploads/upload-part-inventory.ts'
export type { UploadProgress, UploadRepository } from './uploads/upload-repository.ts'
