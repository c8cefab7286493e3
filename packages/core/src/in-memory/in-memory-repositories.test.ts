import {
  auditLogContract,
  unitOfWorkContract,
  InMemoryUnitOfWork,
  audioInventoryContract,
  audioLeftoversContract,
  contentChecksContract,
  audioRepositoryContract,
  quotaRepositoryContract,
  externalIdentityRepositoryContract,
  idempotencyRecordsContract,
  inMemoryRepositories,
  leasesContract,
  uploadPartInventoryContract,
  uploadRepositoryContract,
  passwordRepositoryContract,
  pendingLoginRepositoryContract,
  sessionRepositoryContract,
  usageAuditContract,
  userRepositoryContract,
} from '../testing/index.ts'

const make = async () => inMemoryRepositories()

describe('InMemoryUserRepository', () => {
  userRepositoryContract({ make })
})
describe('InMemoryPasswordRepository', () => {
  passwordRepositoryContract({ make })
})
describe('InMemoryExternalIdentityRepository', () => {
  externalIdentityRepositoryContract({ make })
})
describe('InMemorySessionRepository', () => {
  sessionRepositoryContract({ make })
})
describe('InMemoryPendingLoginRepository', () => {
  pendingLoginRepositoryContract({ make })
})
describe('InMemoryAudioRepository', () => {
  audioRepositoryContract({ make })
})
describe('InMemoryQuotaRepository', () => {
  quotaRepositoryContract({ make })
})
describe('InMemoryAudioLeftovers', () => {
  audioLeftoversContract({ make })
})
describe('InMemoryAudioInventory', () => {
  audioInventoryContract({ make })
})
describe('InMemoryContentChecks', () => {
  contentChecksContract({ make })
})
describe('InMemoryUsageAudit', () => {
  usageAuditContract({ make })
})
describe('InMemoryIdempotencyRecords', () => {
  idempotencyRecordsContract({ make })
})
describe('InMemoryUploadRepository', () => {
  uploadRepositoryContract({ make })
})
describe('InMemoryUploadPartInventory', () => {
  uploadPartInventoryContract({ make })
})
describe('InMemoryLeases', () => {
  leasesContract({ make: async () => inMemoryRepositories().leases })
})
describe('InMemoryAuditLog', () => {
  auditLogContract({ make })
})
describe('InMemoryUnitOfWork', () => {
  unitOfWorkContract({
    make: async () => {
      const repositories = await make()
      return { repositories, unitOfWork: new InMemoryUnitOfWork(repositories) }
    },
  })
})
