import type { AuditTrail } from '../audit/audit-trail.ts'
import type { Clock } from '../clock.ts'
import { EmailTaken } from '../errors.ts'
import { newUserId, type IdGenerator } from '../ids.ts'
import { TextInput } from '../text-input.ts'
import { readEmail } from './email-address.ts'
import type { PasswordHasher } from './password-hasher.ts'
import { readPassword } from './password-policy.ts'
import { readName, type User } from './user.ts'

export interface RegisterUserDependencies {
  readonly audit: Pick<AuditTrail, 'commit'>
  readonly hasher: PasswordHasher
  readonly clock: Clock
  readonly ids: IdGenerator
}

export interface NewUserInput {
  readonly name: string
  readonly surname: string
  readonly email: string
  readonly password: string
}

export class RegisterUser {
  readonly #deps: RegisterUserDependencies

  constructor(deps: RegisterUserDependencies) {
    this.#deps = deps
  }

  /** @throws InvalidInput, EmailTaken, TooBusy */
  async execute(input: NewUserInput & { readonly address?: string | undefined }): Promise<User> {
    const { user, password } = readNewUser(this.#deps, input, { isAdmin: false })
    const passwordHash = await this.#deps.hasher.hash(password)
    const { id } = user
    const { address } = input
    return this.#deps.audit.commit(async ({ users }) => {
      if ((await users.insert(user, passwordHash)) === 'email-taken') throw new EmailTaken()
      const details = { method: 'password' }
      return [user, { event: 'registration', actorId: id, subjectId: id, address, details }]
    })
  }
}

/** The user that the input describes, checked as a whole. @throws InvalidInput */
export function readNewUser(
  deps: Pick<RegisterUserDependencies, 'clock' | 'ids'>,
  raw: NewUserInput,
  { isAdmin }: { readonly isAdmin: boolean },
): { readonly user: User; readonly password: string } {
  const input = new TextInput()
  const name = readName(input, '/name', raw.name)
  const surname = readName(input, '/surname', raw.surname)
  const email = readEmail(input, raw.email)
  const password = readPassword(input, raw.password, { name, surname, email })
  input.refuseIssues()
  const now = deps.clock.now()
  const user = {
    id: newUserId(deps.ids),
    name,
    surname,
    email,
    isAdmin,
    isActive: true,
    createdAt: now,
    updatedAt: now,
  }
  return { user, password }
}
