export {
  CollectedIncidents,
  FakeAccessTokenSigner,
  FakeAnswerSeal,
  FakeAudioProbe,
  FakeAudioSniffer,
  FakeClock,
  FakeContentLinks,
  type FollowedLink,
  FakeIdentityProvider,
  FakePasswordHasher,
  FakeMediaTokenSigner,
  FakeRefreshTokenSigner,
  FakeSecrets,
  HeldRetries,
  inMemoryAdapters,
  type InMemoryAdapters,
  InMemoryAudioContentStore,
  type InMemoryAudioContentStoreOptions,
  InMemoryRateLimiter,
  InMemoryUnitOfWork,
  inMemoryRepositories,
  SequentialIds,
} from '../in-memory/index.ts'
export { accessTokenSignerContract, type AccessTokenSignerContract } from './access-token-signer-contract.ts'
export { answerSealContract } from './answer-seal-contract.ts'
export { anAuditEvent, auditLogContract } from './audit-log-contract.ts'
export { unitOfWorkContract, type UnitOfWorkContract } from './unit-of-work-contract.ts'
export { audioContentStoreContract, type AudioContentStoreContract } from './audio-content-store-contract.ts'
export { audioInventoryContract } from './audio-inventory-contract.ts'
export { audioLeftoversContract } from './audio-leftovers-contract.ts'
export { audioProbeContract, type AudioProbeContract } from './audio-probe-contract.ts'
export { audioListContract } from './audio-list-contract.ts'
export { audioSearchContract } from './audio-search-contract.ts'
export { audioRepositoryContract } from './audio-repository-contract.ts'
export { audioSnifferContract, type AudioSnifferContract } from './audio-sniffer-contract.ts'
export { anAudio, anEmailAddress, aSession, at, aUser } from './builders.ts'
export { bytesOf, inPieces, isSame, someBytes } from './bytes.ts'
export { contentChecksContract } from './content-checks-contract.ts'
export { contentHandlesContract, type ContentHandlesContract } from './content-handles-contract.ts'
export {
  contentLinksContract,
  type ContentLinksContract,
  type ContentLinksHarness,
} from './content-links-contract.ts'
export { externalIdentityRepositoryContract } from './external-identity-repository-contract.ts'
export { idempotencyRecordsContract } from './idempotency-records-contract.ts'
export { idGeneratorContract } from './id-generator-contract.ts'
export { identityProviderContract, type ProviderDriver } from './identity-provider-contract.ts'
export { passwordHasherContract, type PasswordHasherContract } from './password-hasher-contract.ts'
export { passwordRepositoryContract } from './password-repository-contract.ts'
export { pendingLoginRepositoryContract } from './pending-login-repository-contract.ts'
export { countOf, errorOf, race } from './race.ts'
export { issuesOf, refusalOf } from './refusal.ts'
export { anAccount, type Account } from './an-account.ts'
export { quotaRepositoryContract } from './quota-repository-contract.ts'
export { rateLimiterContract, type RateLimiterContract } from './rate-limiter-contract.ts'
export { mediaTokenSignerContract, type MediaTokenSignerContract } from './media-token-signer-contract.ts'
export {
  refreshTokenSignerContract,
  type RefreshTokenSignerContract,
} from './refresh-token-signer-contract.ts'
export {
  expected as expectedRefresh,
  exploreRefreshes,
  graceSeconds as modelGraceSeconds,
  type Operation as RefreshOperation,
  type Outcome as RefreshOutcome,
  type Reached as ReachedRefreshWorld,
  type RefreshWorld,
  stepsFrom as refreshStepsFrom,
} from './refresh-model.ts'
export { RefreshServer } from './refresh-server.ts'
export { retriesContract, type RetriesContract } from './retries-contract.ts'
export { secretGeneratorContract } from './secret-generator-contract.ts'
export { sessionRepositoryContract } from './session-repository-contract.ts'
export { leasesContract } from './leases-contract.ts'
export { liveSessionsOf } from './stored.ts'
export { usageAuditContract } from './usage-audit-contract.ts'
export { userRepositoryContract } from './user-repository-contract.ts'
export { uploadPartInventoryContract } from './upload-part-inventory-contract.ts'
export { uploadRepositoryContract } from './upload-repository-contract.ts'
