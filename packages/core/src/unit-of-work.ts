import type { Repositories } from './repositories.ts'

/** The repositories whose writes can be committed together. */
export type CommittedRepositories = Pick<Repositories, 'users' | 'passwords' | 'quotas' | 'auditLog'>

export interface UnitOfWork {
  /**
   * Runs the work in one transaction, which commits when it resolves and rolls back when it throws. The work
   * uses only the repositories that it gets, and may run more than once.
   */
  run<T>(work: (repositories: CommittedRepositories) => Promise<T>): Promise<T>
}
