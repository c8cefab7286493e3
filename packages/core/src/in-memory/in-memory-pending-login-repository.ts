import type { PendingLogin, PendingLoginRepository } from '../sessions/pending-login-repository.ts'
import type { InMemoryState } from './in-memory-state.ts'

export class InMemoryPendingLoginRepository implements PendingLoginRepository {
  readonly #state: InMemoryState

  constructor(state: InMemoryState) {
    this.#state = state
  }

  async insert(login: PendingLogin, maxPerBrowser: number): Promise<void> {
    this.#state.pendingLogins.set(login.stateHash, login)
    const { browserKeyHash } = login
    const own = [...this.#state.pendingLogins.values()].filter((one) => one.browserKeyHash === browserKeyHash)
    const newestFirst = own.toSorted((one, other) => other.expiresAt.getTime() - one.expiresAt.getTime())
    for (const { stateHash } of newestFirst.slice(maxPerBrowser)) this.#state.pendingLogins.delete(stateHash)
  }

  async consume(
    match: Pick<PendingLogin, 'stateHash' | 'browserKeyHash' | 'provider'>,
    now: Date,
  ): Promise<PendingLogin | undefined> {
    const login = this.#state.pendingLogins.get(match.stateHash)
    if (login?.browserKeyHash !== match.browserKeyHash || login.provider !== match.provider) return undefined
    if (login.expiresAt <= now) return undefined
    this.#state.pendingLogins.delete(match.stateHash)
    return login
  }

  async removeExpired(before: Date): Promise<number> {
    const expired = [...this.#state.pendingLogins.values()].filter((login) => login.expiresAt < before)
    for (const login of expired) this.#state.pendingLogins.delete(login.stateHash)
    return expired.length
  }
}
