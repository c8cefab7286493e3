import { emailKey } from '../users/email-address.ts'
import type { ExternalIdentity, ExternalIdentityRepository } from '../users/external-identity-repository.ts'
import type { User } from '../users/user.ts'
import { findByEmailKey, identityKey, type InMemoryState } from './in-memory-state.ts'

export class InMemoryExternalIdentityRepository implements ExternalIdentityRepository {
  readonly #state: InMemoryState

  constructor(state: InMemoryState) {
    this.#state = state
  }

  async findUser(identity: ExternalIdentity): Promise<User | undefined> {
    const userId = this.#state.identities.get(identityKey(identity))
    return userId && this.#state.users.get(userId)
  }

  async insertUser(
    user: User,
    identity: ExternalIdentity,
  ): Promise<'inserted' | 'identity-taken' | 'email-taken'> {
    const key = identityKey(identity)
    if (this.#state.identities.has(key)) return 'identity-taken'
    if (user.email !== undefined && findByEmailKey(this.#state, emailKey(user.email))) return 'email-taken'
    this.#state.users.set(user.id, user)
    this.#state.identities.set(key, user.id)
    return 'inserted'
  }
}
