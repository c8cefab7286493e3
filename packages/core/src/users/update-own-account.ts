import { bySubject, type NewAuditEvent } from '../audit/audit-event.ts'
import type { Actor } from '../actor.ts'
import type { AuditTrail } from '../audit/audit-trail.ts'
import { NotAuthenticated, WrongPassword } from '../errors.ts'
import { TextInput } from '../text-input.ts'
import type { PasswordHasher } from './password-hasher.ts'
import { normalizePassword, readPassword } from './password-policy.ts'
import type { Credentials, PasswordRepository } from './password-repository.ts'
import { applyChanges, readProfile, type ProfileInput, type UpdateUserDependencies } from './update-user.ts'
import type { User } from './user.ts'

export interface UpdateOwnAccountDependencies extends UpdateUserDependencies {
  readonly audit: Pick<AuditTrail, 'commit' | 'recordFailure'>
  readonly passwords: Pick<PasswordRepository, 'find'>
  readonly hasher: PasswordHasher
}

export interface UpdateOwnAccountInput extends ProfileInput {
  readonly actor: Actor
  readonly password?: string | undefined
  /** Needed for a new password or e-mail address wherever the account has a password. */
  readonly currentPassword?: string | undefined
}

interface PasswordChange {
  readonly currentPassword: string | undefined
  readonly newPassword: string | undefined
}

export class UpdateOwnAccount {
  readonly #deps: UpdateOwnAccountDependencies

  constructor(deps: UpdateOwnAccountDependencies) {
    this.#deps = deps
  }

  /**
   * A new password ends every other session of the account (ASVS 5.0, 7.4.3). A request that repeats a change
   * whose response was lost succeeds and changes nothing more.
   * @throws InvalidInput, WrongPassword, EmailTaken, TooBusy
   */
  async execute(input: UpdateOwnAccountInput): Promise<User> {
    const { actor, password } = input
    const credentials = await this.#deps.passwords.find(actor.userId)
    if (!credentials) throw new NotAuthenticated()
    const fields = new TextInput()
    const changes = readProfile(fields, input)
    const newPassword =
      password === undefined ? undefined : readPassword(fields, password, { ...credentials.user, ...changes })
    fields.refuseIssues()
    const change = { currentPassword: input.currentPassword, newPassword }
    const needsPassword = newPassword !== undefined || changes.email !== undefined
    const isRepeated = needsPassword && (await this.#isRepeated(credentials, { ...change, actor }))
    // Hashed before anything is written: a busy hasher must refuse the whole change.
    const newHash =
      newPassword === undefined || isRepeated ? undefined : await this.#deps.hasher.hash(newPassword)
    const now = this.#deps.clock.now()
    return this.#deps.audit.commit(async ({ users, passwords }) => {
      const user = await applyChanges(users, actor.userId, { changes, now })
      if (newHash !== undefined) await passwords.change(actor.userId, newHash, actor.sessionId, now)
      const events: NewAuditEvent[] = []
      if (newHash !== undefined) events.push({ event: 'password_changed', ...bySubject(actor) })
      if (user.email !== credentials.user.email) events.push({ event: 'email_changed', ...bySubject(actor) })
      return [user, ...events]
    })
  }

  /**
   * Whether the new password is the stored one already. The current password of a repeated request is then
   * out of date, but the new one authenticates the user as well.
   * @throws WrongPassword
   */
  async #isRepeated(
    { passwordHash }: Credentials,
    { actor, currentPassword, newPassword }: PasswordChange & { readonly actor: Actor },
  ): Promise<boolean> {
    if (passwordHash === undefined) return false
    if (currentPassword === undefined) throw new WrongPassword('missing')
    const { hasher } = this.#deps
    if ((await hasher.verify(normalizePassword(currentPassword), passwordHash)) !== 'mismatch') return false
    if (newPassword !== undefined && (await hasher.verify(newPassword, passwordHash)) !== 'mismatch')
      return true
    await this.#deps.audit.recordFailure({ event: 'reauthentication_failed', ...bySubject(actor) })
    throw new WrongPassword()
  }
}
