import { FairScheduler } from '../fair-scheduler.ts'
import type { UserId } from '../ids.ts'
import type { Quota } from '../users/quota.ts'
import { unlimited } from '../users/quota.ts'
import type { Repositories } from '../repositories.ts'
import { defaultUploadExpirySeconds } from '../uploads/begin-upload.ts'
import { defaultSessionPolicy, type SessionPolicy } from '../sessions/session.ts'
import { AuditTrail } from '../audit/audit-trail.ts'
import { CollectedSecurityLog } from './collected-security-log.ts'
import { CollectedIncidents } from './collected-incidents.ts'
import { FakeAccessTokenSigner } from './fake-access-token-signer.ts'
import { FakeAnswerSeal } from './fake-answer-seal.ts'
import { FakeAudioProbe } from './fake-audio-probe.ts'
import { FakeAudioSniffer } from './fake-audio-sniffer.ts'
import { FakeClock } from './fake-clock.ts'
import { FakeIdentityProvider } from './fake-identity-provider.ts'
import { FakeMediaTokenSigner } from './fake-media-token-signer.ts'
import { FakePasswordHasher } from './fake-password-hasher.ts'
import { FakeRefreshTokenSigner } from './fake-refresh-token-signer.ts'
import { FakeSecrets } from './fake-secrets.ts'
import { HeldRetries } from './held-retries.ts'
import { InMemoryAudioContentStore } from './in-memory-audio-content-store.ts'
import { InMemoryRateLimiter } from './in-memory-rate-limiter.ts'
import { InMemoryUnitOfWork } from './in-memory-unit-of-work.ts'
import { inMemoryRepositories } from './in-memory-repositories.ts'
import { SequentialIds } from './sequential-ids.ts'

/** One adapter for every port, under the names by which the use cases ask for them. */
export interface InMemoryAdapters extends Repositories {
  readonly contents: InMemoryAudioContentStore
  readonly sniffer: FakeAudioSniffer
  readonly probe: FakeAudioProbe
  readonly incidents: CollectedIncidents
  readonly retries: HeldRetries
  readonly rateLimiter: InMemoryRateLimiter
  readonly unitOfWork: InMemoryUnitOfWork
  readonly securityLog: CollectedSecurityLog
  readonly audit: AuditTrail
  readonly auditRetentionSeconds: number
  readonly clock: FakeClock
  readonly ids: SequentialIds
  readonly secrets: FakeSecrets
  readonly hasher: FakePasswordHasher
  readonly accessTokens: FakeAccessTokenSigner
  readonly refreshTokens: FakeRefreshTokenSigner
  readonly mediaTokens: FakeMediaTokenSigner
  readonly answerSeal: FakeAnswerSeal
  readonly provider: FakeIdentityProvider
  readonly providers: readonly [FakeIdentityProvider]
  readonly sessionPolicy: SessionPolicy
  readonly maxUploadBytes: number
  readonly defaultQuota: Quota
  readonly uploadExpirySeconds: number
  readonly joinScheduler: FairScheduler<UserId>
}

/** Whatever any use case depends on, fresh: `new LogIn(inMemoryAdapters())`. For tests, since its secrets are none. */
export function inMemoryAdapters(): InMemoryAdapters {
  const clock = new FakeClock()
  const provider = new FakeIdentityProvider()
  const ids = new SequentialIds()
  const repositories = inMemoryRepositories({ clock })
  const auditing = {
    rateLimiter: new InMemoryRateLimiter(clock),
    unitOfWork: new InMemoryUnitOfWork(repositories),
    securityLog: new CollectedSecurityLog(),
  }
  return {
    ...repositories,
    ...auditing,
    audit: new AuditTrail({ ...auditing, auditLog: repositories.auditLog, clock, ids }),
    auditRetentionSeconds: 365 * 24 * 3600,
    contents: new InMemoryAudioContentStore({ clock }),
    sniffer: new FakeAudioSniffer(),
    probe: new FakeAudioProbe(),
    incidents: new CollectedIncidents(),
    retries: new HeldRetries(),
    clock,
    ids,
    secrets: new FakeSecrets(),
    hasher: new FakePasswordHasher(),
    accessTokens: new FakeAccessTokenSigner(),
    refreshTokens: new FakeRefreshTokenSigner(),
    mediaTokens: new FakeMediaTokenSigner(),
    answerSeal: new FakeAnswerSeal(),
    provider,
    providers: [provider],
    sessionPolicy: defaultSessionPolicy,
    maxUploadBytes: 1_000_000,
    defaultQuota: unlimited,
    uploadExpirySeconds: defaultUploadExpirySeconds,
    joinScheduler: new FairScheduler({ slots: 2, maxWaiting: 100, retryAfterSeconds: 5 }),
  }
}
