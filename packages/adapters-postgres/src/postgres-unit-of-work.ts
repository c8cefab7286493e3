import type { CommittedRepositories, UnitOfWork } from '@audiohost/core'
import type { Database } from './database.ts'
import { PostgresAuditLog } from './postgres-audit-log.ts'
import { PostgresPasswordRepository } from './postgres-password-repository.ts'
import { PostgresQuotaRepository } from './postgres-quota-repository.ts'
import { PostgresUserRepository } from './postgres-user-repository.ts'
import { TransactionDatabase } from './transaction-database.ts'

export class PostgresUnitOfWork implements UnitOfWork {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  run<T>(work: (repositories: CommittedRepositories) => Promise<T>): Promise<T> {
    return this.#database.transaction((transaction) => {
      const database = new TransactionDatabase(transaction)
      return work({
        users: new PostgresUserRepository(database),
        passwords: new PostgresPasswordRepository(database),
        quotas: new PostgresQuotaRepository(database),
        auditLog: new PostgresAuditLog(database),
      })
    })
  }
}
