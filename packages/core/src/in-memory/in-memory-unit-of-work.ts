import type { CommittedRepositories, UnitOfWork } from '../unit-of-work.ts'

/** Each write is atomic by itself; those before an error are not undone. */
export class InMemoryUnitOfWork implements UnitOfWork {
  readonly #repositories: CommittedRepositories

  constructor(repositories: CommittedRepositories) {
    this.#repositories = repositories
  }

  run<T>(work: (repositories: CommittedRepositories) => Promise<T>): Promise<T> {
    return work(this.#repositories)
  }
}
