import type { User } from './user.ts'

/** Who somebody is at a provider. Never the e-mail address: providers let it change hands. */
export interface ExternalIdentity {
  readonly provider: string
  readonly subject: string
}

export interface ExternalIdentityRepository {
  findUser(identity: ExternalIdentity): Promise<User | undefined>
  /**
   * Inserts the user and the identity together or neither.
   * Of racing first sign-ins of one identity, one wins and the others get `identity-taken`.
   */
  insertUser(user: User, identity: ExternalIdentity): Promise<'inserted' | 'identity-taken' | 'email-taken'>
}
