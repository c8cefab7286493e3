import {
  postgresRepositories,
  PostgresRateLimiter,
  PostgresUnitOfWork,
  type Database,
} from '@audiohost/adapters-postgres'
import { MagicAudioSniffer } from '@audiohost/adapters-media'
import {
  AuditTrail,
  FairScheduler,
  type AudioContentStore,
  type AudioProbe,
  type ContentDelivery,
  type ContentFiles,
  type ContentLinks,
  type IncidentReporter,
  type PasswordHasher,
  type Repositories,
  type Retries,
  type SecurityLog,
} from '@audiohost/core'
import { Container } from 'inversify'
import { bindValue, getValue } from './bind-class.ts'
import type { Config } from './config.ts'
import { bindIdentity } from './modules/identity.ts'
import { bindUseCases } from './modules/use-cases.ts'
import { ports } from './tokens.ts'

export interface ContainerOptions {
  readonly config: Config
  readonly internalSecret: string
  readonly hasher: PasswordHasher
  readonly database: Database
  readonly contents: AudioContentStore
  /** Where the store offers them. */
  readonly links?: ContentLinks
  readonly files?: ContentFiles
  readonly probe: AudioProbe
  readonly incidents: IncidentReporter
  readonly securityLog: SecurityLog
  readonly retries: Retries
}

/** Uploads in parts that are joined at a time, which is bounded by the disk and not by the processor. */
const joinLimits = { slots: 4, maxWaiting: 100, retryAfterSeconds: 10 }

/** Who implements which port. What has a life of its own (database, server) is opened and closed outside. */
export async function createContainer(options: ContainerOptions): Promise<Container> {
  const { config, database, contents, incidents } = options
  const container = new Container({ defaultScope: 'Singleton' })
  bindRepositories(container, postgresRepositories(database))
  bindValue(container, ports.rateLimiter, new PostgresRateLimiter(database))
  bindValue(container, ports.contents, contents)
  bindValue(container, ports.delivery, deliveryBy(config, options))
  bindValue(container, ports.sniffer, new MagicAudioSniffer())
  bindValue(container, ports.probe, options.probe)
  bindValue(container, ports.incidents, incidents)
  bindValue(container, ports.retries, options.retries)
  bindValue(container, ports.maxUploadBytes, config.maxUploadBytes)
  bindValue(container, ports.defaultQuota, config.defaultQuota)
  bindValue(container, ports.uploadExpirySeconds, config.uploadExpirySeconds)
  bindValue(container, ports.joinScheduler, new FairScheduler(joinLimits))
  bindValue(container, ports.auditRetentionSeconds, config.auditRetentionSeconds)
  await bindIdentity(container, options)
  bindAudit(container, options)
  bindUseCases(container)
  return container
}

function bindAudit(container: Container, { database, securityLog }: ContainerOptions): void {
  const audit = new AuditTrail({
    auditLog: getValue(container, ports.auditLog),
    unitOfWork: new PostgresUnitOfWork(database),
    rateLimiter: getValue(container, ports.rateLimiter),
    clock: getValue(container, ports.clock),
    ids: getValue(container, ports.ids),
    securityLog,
  })
  bindValue(container, ports.audit, audit)
}

function deliveryBy(
  { delivery }: Config,
  { links, files }: Pick<ContainerOptions, 'links' | 'files'>,
): ContentDelivery {
  if (delivery.kind === 'proxy') return { linkSeconds: 0 }
  if (delivery.kind === 'x-accel') {
    if (!files) throw new Error('The content store keeps no files: set CONTENT_DELIVERY=proxy')
    return { files, linkSeconds: 0 }
  }
  if (!links) throw new Error('The content store offers no links: set CONTENT_DELIVERY=proxy')
  return { links, linkSeconds: delivery.linkSeconds }
}

function bindRepositories(container: Container, repositories: Repositories): void {
  bindValue(container, ports.users, repositories.users)
  bindValue(container, ports.passwords, repositories.passwords)
  bindValue(container, ports.quotas, repositories.quotas)
  bindValue(container, ports.identities, repositories.identities)
  bindValue(container, ports.sessions, repositories.sessions)
  bindValue(container, ports.pendingLogins, repositories.pendingLogins)
  bindValue(container, ports.audio, repositories.audio)
  bindValue(container, ports.uploads, repositories.uploads)
  bindValue(container, ports.uploadParts, repositories.uploadParts)
  bindValue(container, ports.leases, repositories.leases)
  bindValue(container, ports.leftovers, repositories.leftovers)
  bindValue(container, ports.inventory, repositories.inventory)
  bindValue(container, ports.usageAudit, repositories.usageAudit)
  bindValue(container, ports.checks, repositories.checks)
  bindValue(container, ports.idempotency, repositories.idempotency)
  bindValue(container, ports.auditLog, repositories.auditLog)
}
