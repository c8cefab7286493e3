import type { Clock } from '../clock.ts'
import type { Repositories } from '../repositories.ts'
import { InMemoryAuditLog } from './in-memory-audit-log.ts'
import { InMemoryAudioInventory } from './in-memory-audio-inventory.ts'
import { InMemoryAudioLeftovers } from './in-memory-audio-leftovers.ts'
import { InMemoryAudioRepository } from './in-memory-audio-repository.ts'
import { InMemoryContentChecks } from './in-memory-content-checks.ts'
import { InMemoryExternalIdentityRepository } from './in-memory-external-identity-repository.ts'
import { InMemoryIdempotencyRecords } from './in-memory-idempotency-records.ts'
import { InMemoryLeases } from './in-memory-leases.ts'
import { InMemoryPasswordRepository } from './in-memory-password-repository.ts'
import { InMemoryPendingLoginRepository } from './in-memory-pending-login-repository.ts'
import { InMemoryQuotaRepository } from './in-memory-quota-repository.ts'
import { InMemorySessionRepository } from './in-memory-session-repository.ts'
import { emptyState } from './in-memory-state.ts'
import { InMemoryUsageAudit } from './in-memory-usage-audit.ts'
import { InMemoryUploadPartInventory } from './in-memory-upload-part-inventory.ts'
import { InMemoryUploadRepository } from './in-memory-upload-repository.ts'
import { InMemoryUserRepository } from './in-memory-user-repository.ts'

export interface InMemoryRepositoriesOptions {
  readonly clock?: Clock
}

/** A fresh, empty set of repositories over one shared state, which is gone with the process. */
export function inMemoryRepositories({ clock }: InMemoryRepositoriesOptions = {}): Repositories {
  const state = emptyState(() => clock?.now() ?? new Date())
  return {
    users: new InMemoryUserRepository(state),
    quotas: new InMemoryQuotaRepository(state),
    passwords: new InMemoryPasswordRepository(state),
    identities: new InMemoryExternalIdentityRepository(state),
    sessions: new InMemorySessionRepository(state),
    pendingLogins: new InMemoryPendingLoginRepository(state),
    audio: new InMemoryAudioRepository(state),
    uploads: new InMemoryUploadRepository(state),
    uploadParts: new InMemoryUploadPartInventory(state),
    leases: new InMemoryLeases(),
    leftovers: new InMemoryAudioLeftovers(state),
    inventory: new InMemoryAudioInventory(state),
    usageAudit: new InMemoryUsageAudit(state),
    checks: new InMemoryContentChecks(state),
    idempotency: new InMemoryIdempotencyRecords(state),
    auditLog: new InMemoryAuditLog(),
  }
}
