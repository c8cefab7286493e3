import { requireAdmin, type Actor } from '../actor.ts'
import type { Clock } from '../clock.ts'
import { EmailTaken, LastAdmin, UserNotFound } from '../errors.ts'
import type { UserId } from '../ids.ts'
import { TextInput } from '../text-input.ts'
import { readEmail } from './email-address.ts'
import { readName, type User, type UserChanges } from './user.ts'
import type { UserRepository } from './user-repository.ts'

export interface UpdateUserDependencies {
  readonly users: Pick<UserRepository, 'update'>
  readonly clock: Clock
}

export interface ProfileInput {
  readonly name?: string | undefined
  readonly surname?: string | undefined
  readonly email?: string | undefined
}

export interface UpdateUserInput extends ProfileInput {
  readonly actor: Actor
  readonly id: UserId
  readonly isAdmin?: boolean | undefined
  readonly isActive?: boolean | undefined
}

export class UpdateUser {
  readonly #deps: UpdateUserDependencies

  constructor(deps: UpdateUserDependencies) {
    this.#deps = deps
  }

  /** @throws AdminRequired, InvalidInput, UserNotFound, EmailTaken, LastAdmin */
  async execute(input: UpdateUserInput): Promise<User> {
    requireAdmin(input.actor)
    const fields = new TextInput()
    const changes = {
      ...readProfile(fields, input),
      ...(input.isAdmin !== undefined && { isAdmin: input.isAdmin }),
      ...(input.isActive !== undefined && { isActive: input.isActive }),
    }
    fields.refuseIssues()
    return applyChanges(this.#deps, input.id, changes)
  }
}

export function readProfile(input: TextInput, { name, surname, email }: ProfileInput): UserChanges {
  return {
    ...(name !== undefined && { name: readName(input, '/name', name) }),
    ...(surname !== undefined && { surname: readName(input, '/surname', surname) }),
    ...(email !== undefined && { email: readEmail(input, email) }),
  }
}

/** @throws UserNotFound, EmailTaken, LastAdmin */
export async function applyChanges(
  deps: UpdateUserDependencies,
  id: UserId,
  changes: UserChanges,
): Promise<User> {
  const result = await deps.users.update(id, changes, deps.clock.now())
  if (result === 'absent') throw new UserNotFound()
  if (result === 'email-taken') throw new EmailTaken()
  if (result === 'last-admin') throw new LastAdmin()
  return result
}
