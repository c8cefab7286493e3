import type { NewAuditEvent } from '../audit/audit-event.ts'
import { UserNotFound } from '../errors.ts'
import { parseEmailAddress } from './email-address.ts'
import { readNewUser, type NewUserInput, type RegisterUserDependencies } from './register-user.ts'
import type { User } from './user.ts'
import type { UserRepository } from './user-repository.ts'

export interface CreateAdminDependencies extends RegisterUserDependencies {
  readonly users: Pick<UserRepository, 'findByEmail'>
}

/** For the operator at the command line: there is no actor yet who could allow it. */
export class CreateAdmin {
  readonly #deps: CreateAdminDependencies

  constructor(deps: CreateAdminDependencies) {
    this.#deps = deps
  }

  /** An account that has the address already is promoted and keeps its name and password. @throws InvalidInput, TooBusy */
  async execute(
    input: NewUserInput,
  ): Promise<{ readonly outcome: 'created' | 'promoted'; readonly user: User }> {
    const existing = await this.#find(input.email)
    if (existing) return { outcome: 'promoted', user: await this.#promote(existing) }
    const { user, password } = readNewUser(this.#deps, input, { isAdmin: true })
    const passwordHash = await this.#deps.hasher.hash(password)
    const outcome = await this.#deps.audit.commit(async ({ users }) => {
      const inserted = await users.insert(user, passwordHash)
      return inserted === 'inserted' ? [inserted, createdBy('created', user)] : [inserted]
    })
    if (outcome === 'inserted') return { outcome: 'created', user }
    // Somebody registered the address while the password was being hashed.
    const racer = await this.#find(input.email)
    if (!racer) throw new UserNotFound()
    return { outcome: 'promoted', user: await this.#promote(racer) }
  }

  async #find(text: string): Promise<User | undefined> {
    const email = parseEmailAddress(text)
    return email && (await this.#deps.users.findByEmail(email))
  }

  async #promote(user: User): Promise<User> {
    const { audit, clock } = this.#deps
    const now = clock.now()
    return audit.commit(async ({ users }) => {
      const promoted = await users.update(user.id, { isAdmin: true, isActive: true }, now)
      if (typeof promoted !== 'object') throw new UserNotFound()
      return [promoted, createdBy('promoted', user)]
    })
  }
}

const createdBy = (outcome: 'created' | 'promoted', { id }: User): NewAuditEvent => ({
  event: 'admin_created',
  subjectId: id,
  details: { outcome, method: 'command_line' },
})
