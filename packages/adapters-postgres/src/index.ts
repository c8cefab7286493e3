export { checkPrerequisites } from './check-prerequisites.ts'
export { clockSkew, type ClockSkew } from './clock-skew.ts'
export { connectDatabase } from './connect.ts'
export type { Database } from './database.ts'
export type { DatabaseAddress, DatabaseOptions } from './database-options.ts'
export { DatabaseUnavailable } from './database-unavailable.ts'
export { DatabaseUnusable, explainRefusal } from './database-unusable.ts'
export {
  joinEmbeddedServer,
  startEmbeddedServer,
  type EmbeddedServer,
  type EmbeddedServerOptions,
} from './embedded-server.ts'
export { EmbeddedServerFailed, FolderInUse } from './embedded/errors.ts'
export { DatabaseNewerThanCode, migrateDatabase, migrationStatus, type MigrationStatus } from './migrate.ts'
export { PostgresRateLimiter } from './postgres-rate-limiter.ts'
export { PostgresUnitOfWork } from './postgres-unit-of-work.ts'
export { postgresRepositories } from './postgres-repositories.ts'
