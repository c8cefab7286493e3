import type { AuditLog } from './audit/audit-log.ts'
import type { AudioInventory } from './audio/audio-inventory.ts'
import type { AudioLeftovers, AudioRepository } from './audio/audio-repository.ts'
import type { ContentChecks } from './audio/content-checks.ts'
import type { IdempotencyRecords } from './idempotency/idempotency-records.ts'
import type { PendingLoginRepository } from './sessions/pending-login-repository.ts'
import type { SessionRepository } from './sessions/session-repository.ts'
import type { ExternalIdentityRepository } from './users/external-identity-repository.ts'
import type { PasswordRepository } from './users/password-repository.ts'
import type { QuotaRepository } from './users/quota-repository.ts'
import type { UsageAudit } from './users/usage-audit.ts'
import type { Leases } from './uploads/leases.ts'
import type { UploadPartInventory } from './uploads/upload-part-inventory.ts'
import type { UploadRepository } from './uploads/upload-repository.ts'
import type { UserRepository } from './users/user-repository.ts'

/** All repositories of one database: what one of them removes, the others no longer show. */
export interface Repositories {
  readonly users: UserRepository
  readonly quotas: QuotaRepository
  readonly passwords: PasswordRepository
  readonly identities: ExternalIdentityRepository
  readonly sessions: SessionRepository
  readonly pendingLogins: PendingLoginRepository
  readonly audio: AudioRepository
  readonly uploads: UploadRepository
  readonly uploadParts: UploadPartInventory
  readonly leases: Leases
  readonly leftovers: AudioLeftovers
  readonly inventory: AudioInventory
  readonly usageAudit: UsageAudit
  readonly checks: ContentChecks
  readonly idempotency: IdempotencyRecords
  readonly auditLog: AuditLog
}
