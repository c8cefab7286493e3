import type { AudioId, UserId } from '../ids.ts'
import type { Page, PageRequest } from '../page.ts'
import { emailKey, type EmailAddress } from '../users/email-address.ts'
import type { User, UserChanges } from '../users/user.ts'
import type { UserFilter, UserRepository } from '../users/user-repository.ts'
import {
  buryAudio,
  endSessions,
  findByEmailKey,
  forgetAnswers,
  type InMemoryState,
} from './in-memory-state.ts'
import { keysetPage, matchesSearch } from './keyset-page.ts'

/** No method awaits anything between its first read and its last write, so each is atomic. */
export class InMemoryUserRepository implements UserRepository {
  readonly #state: InMemoryState

  constructor(state: InMemoryState) {
    this.#state = state
  }

  async insert(user: User, passwordHash: string | undefined): Promise<'inserted' | 'email-taken'> {
    if (this.#isTaken(user.email, user.id)) return 'email-taken'
    this.#state.users.set(user.id, user)
    if (passwordHash !== undefined) this.#state.passwordHashes.set(user.id, passwordHash)
    return 'inserted'
  }

  async find(id: UserId): Promise<User | undefined> {
    return this.#state.users.get(id)
  }

  async findByEmail(email: EmailAddress): Promise<User | undefined> {
    return findByEmailKey(this.#state, emailKey(email))
  }

  async update(
    id: UserId,
    changes: UserChanges,
    now: Date,
  ): Promise<User | 'absent' | 'email-taken' | 'last-admin'> {
    const before = this.#state.users.get(id)
    if (!before) return 'absent'
    const after = { ...before, ...changes, updatedAt: now }
    if (this.#isTaken(after.email, id)) return 'email-taken'
    if (!isActiveAdmin(after) && this.#isLastAdmin(before)) return 'last-admin'
    this.#state.users.set(id, after)
    if (!after.isActive) endSessions(this.#state, { userId: id, keep: undefined, now })
    if (!after.isActive || changes.email !== undefined) forgetAnswers(this.#state, id)
    return after
  }

  async remove(id: UserId): Promise<{ readonly tombstones: readonly AudioId[] } | 'absent' | 'last-admin'> {
    const user = this.#state.users.get(id)
    if (!user) return 'absent'
    if (this.#isLastAdmin(user)) return 'last-admin'
    this.#state.users.delete(id)
    this.#state.passwordHashes.delete(id)
    this.#state.quotas.delete(id)
    for (const [key, owner] of this.#state.identities) if (owner === id) this.#state.identities.delete(key)
    for (const { session } of this.#state.sessions.values())
      if (session.userId === id) this.#state.sessions.delete(session.id)
    for (const [key, { userId }] of this.#state.idempotency)
      if (userId === id) this.#state.idempotency.delete(key)
    return { tombstones: this.#buryAudioOf(id) }
  }

  async list(page: PageRequest, { search }: UserFilter): Promise<Page<User>> {
    const users = [...this.#state.users.values()].filter((user) =>
      matchesSearch(search, [user.name, user.surname, user.email]),
    )
    return keysetPage(users, page, 'newest-first')
  }

  #isTaken(email: EmailAddress | undefined, except: UserId): boolean {
    const holder = email === undefined ? undefined : findByEmailKey(this.#state, emailKey(email))
    return holder !== undefined && holder.id !== except
  }

  #isLastAdmin(user: User): boolean {
    if (!isActiveAdmin(user)) return false
    return ![...this.#state.users.values()].some((other) => other.id !== user.id && isActiveAdmin(other))
  }

  #buryAudioOf(ownerId: UserId): readonly AudioId[] {
    const owned = [...this.#state.audio].filter(
      ([, row]) =>
        (row.state === 'ready' && row.audio.ownerId === ownerId) ||
        (row.state === 'pending' && row.pending.ownerId === ownerId),
    )
    const ids = [...owned.map(([id]) => id), ...this.#removeUploadsOf(ownerId)]
    for (const id of ids) buryAudio(this.#state, id)
    return ids
  }

  /** Returns the ids of their parts. */
  #removeUploadsOf(ownerId: UserId): readonly AudioId[] {
    const uploads = [...this.#state.uploads.values()].filter(({ upload }) => upload.ownerId === ownerId)
    for (const { upload } of uploads) this.#state.uploads.delete(upload.id)
    return uploads.flatMap(({ parts }) => parts.map(({ id }) => id))
  }
}

const isActiveAdmin = (user: User): boolean => user.isAdmin && user.isActive
