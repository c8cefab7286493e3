import type { AudioId, UserId } from '../ids.ts'
import type { Page, PageRequest } from '../page.ts'
import type { EmailAddress } from './email-address.ts'
import type { User, UserChanges } from './user.ts'

export interface UserFilter {
  /** Part of a name, surname or e-mail address, in any case. */
  readonly search: string | undefined
}

export interface UserRepository {
  /** Of racing inserts with one e-mail key, one wins and the others get `email-taken`. */
  insert(user: User, passwordHash: string | undefined): Promise<'inserted' | 'email-taken'>
  find(id: UserId): Promise<User | undefined>
  findByEmail(email: EmailAddress): Promise<User | undefined>
  /**
   * Applies all changes or none. Deactivating ends the user's sessions in the same step; it and a new e-mail
   * address remove the stored responses to the user's requests. `last-admin`: no active administrator would
   * be left, also under racing calls.
   */
  update(id: UserId, changes: UserChanges, now: Date): Promise<User | 'absent' | 'email-taken' | 'last-admin'>
  /**
   * Removes the user with sessions, password and identities, and turns every audio of theirs into a tombstone,
   * all in one step. The ids of the tombstones come back, so that their bytes can be removed.
   */
  remove(
    id: UserId,
    now: Date,
  ): Promise<{ readonly tombstones: readonly AudioId[] } | 'absent' | 'last-admin'>
  /** Newest first. */
  list(page: PageRequest, filter: UserFilter): Promise<Page<User>>
}
