import type { SessionId, UserId } from '../ids.ts'
import { emailKey, type EmailAddress } from '../users/email-address.ts'
import type { Credentials, PasswordRepository } from '../users/password-repository.ts'
import type { User } from '../users/user.ts'
import { endSessions, findByEmailKey, forgetAnswers, type InMemoryState } from './in-memory-state.ts'

export class InMemoryPasswordRepository implements PasswordRepository {
  readonly #state: InMemoryState

  constructor(state: InMemoryState) {
    this.#state = state
  }

  async findByEmail(email: EmailAddress): Promise<Credentials | undefined> {
    return this.#credentialsOf(findByEmailKey(this.#state, emailKey(email)))
  }

  async find(userId: UserId): Promise<Credentials | undefined> {
    return this.#credentialsOf(this.#state.users.get(userId))
  }

  async rehash(userId: UserId, { from, to }: { readonly from: string; readonly to: string }): Promise<void> {
    if (this.#state.passwordHashes.get(userId) === from) this.#state.passwordHashes.set(userId, to)
  }

  // Four parameters by the port.
  // eslint-disable-next-line max-params
  async change(userId: UserId, hash: string, keep: SessionId | undefined, now: Date): Promise<void> {
    if (!this.#state.users.has(userId)) return
    this.#state.passwordHashes.set(userId, hash)
    endSessions(this.#state, { userId, keep, now })
    forgetAnswers(this.#state, userId)
  }

  #credentialsOf(user: User | undefined): Credentials | undefined {
    return user && { user, passwordHash: this.#state.passwordHashes.get(user.id) }
  }
}
