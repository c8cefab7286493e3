import type { SessionId, UserId } from '../ids.ts'
import type { EmailAddress } from './email-address.ts'
import type { User } from './user.ts'

export interface Credentials {
  readonly user: User
  /** Absent for an account that signs in through a provider only. */
  readonly passwordHash: string | undefined
}

/** The only port through which a password hash leaves the database. */
export interface PasswordRepository {
  findByEmail(email: EmailAddress): Promise<Credentials | undefined>
  find(userId: UserId): Promise<Credentials | undefined>
  /** Swaps the hash only while `from` is still the stored one, so that a rehash never undoes a change of password. */
  rehash(userId: UserId, hashes: { readonly from: string; readonly to: string }): Promise<void>
  /**
   * Stores a new password, ends every session of the user but `keep`, and removes the stored responses to the
   * user's requests, in one step.
   */
  change(userId: UserId, hash: string, keep: SessionId | undefined, now: Date): Promise<void>
}
