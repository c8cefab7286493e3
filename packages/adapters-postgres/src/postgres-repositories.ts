import type { Repositories } from '@audiohost/core'
import type { Database } from './database.ts'
import { PostgresAuditLog } from './postgres-audit-log.ts'
import { PostgresAudioInventory } from './postgres-audio-inventory.ts'
import { PostgresAudioLeftovers } from './postgres-audio-leftovers.ts'
import { PostgresAudioRepository } from './postgres-audio-repository.ts'
import { PostgresContentChecks } from './postgres-content-checks.ts'
import { PostgresExternalIdentityRepository } from './postgres-external-identity-repository.ts'
import { PostgresIdempotencyRecords } from './postgres-idempotency-records.ts'
import { PostgresLeases } from './postgres-leases.ts'
import { PostgresPasswordRepository } from './postgres-password-repository.ts'
import { PostgresPendingLoginRepository } from './postgres-pending-login-repository.ts'
import { PostgresQuotaRepository } from './postgres-quota-repository.ts'
import { PostgresSessionRepository } from './postgres-session-repository.ts'
import { PostgresUsageAudit } from './postgres-usage-audit.ts'
import { PostgresUploadPartInventory } from './postgres-upload-part-inventory.ts'
import { PostgresUploadRepository } from './postgres-upload-repository.ts'
import { PostgresUserRepository } from './postgres-user-repository.ts'

export const postgresRepositories = (database: Database): Repositories => ({
  users: new PostgresUserRepository(database),
  quotas: new PostgresQuotaRepository(database),
  passwords: new PostgresPasswordRepository(database),
  identities: new PostgresExternalIdentityRepository(database),
  sessions: new PostgresSessionRepository(database),
  pendingLogins: new PostgresPendingLoginRepository(database),
  audio: new PostgresAudioRepository(database),
  uploads: new PostgresUploadRepository(database),
  uploadParts: new PostgresUploadPartInventory(database),
  leases: new PostgresLeases(database),
  leftovers: new PostgresAudioLeftovers(database),
  inventory: new PostgresAudioInventory(database),
  usageAudit: new PostgresUsageAudit(database),
  checks: new PostgresContentChecks(database),
  idempotency: new PostgresIdempotencyRecords(database),
  auditLog: new PostgresAuditLog(database),
})
