import { requireAdmin, type Actor } from '../actor.ts'
import { byActor, type NewAuditEvent } from '../audit/audit-event.ts'
import type { AuditTrail } from '../audit/audit-trail.ts'
import type { Clock } from '../clock.ts'
import { EmailTaken, LastAdmin, UserNotFound } from '../errors.ts'
import type { UserId } from '../ids.ts'
import { TextInput } from '../text-input.ts'
import { readEmail } from './email-address.ts'
import { readName, type User, type UserChanges } from './user.ts'
import type { UserRepository } from './user-repository.ts'

export interface UpdateUserDependencies {
  readonly audit: Pick<AuditTrail, 'commit'>
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
    const now = this.#deps.clock.now()
    return this.#deps.audit.commit(async ({ users }) => {
      const user = await applyChanges(users, input.id, { changes, now })
      return [user, ...eventsOf(input, changes)]
    })
  }
}

function eventsOf({ actor, id }: UpdateUserInput, changes: UserChanges): NewAuditEvent[] {
  const { isAdmin, ...others } = changes
  const facts = { ...byActor(actor), subjectId: id }
  const fields = Object.keys(others).map((name) => (name === 'isActive' ? 'is_active' : name))
  const activity = changes.isActive === undefined ? {} : { is_active: changes.isActive }
  const events: NewAuditEvent[] = []
  if (fields.length > 0) {
    events.push({ event: 'user_updated', ...facts, details: { fields: fields.join(), ...activity } })
  }
  if (isAdmin !== undefined) {
    events.push({ event: 'user_role_changed', ...facts, details: { is_admin: isAdmin } })
  }
  return events
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
  users: Pick<UserRepository, 'update'>,
  id: UserId,
  { changes, now }: { readonly changes: UserChanges; readonly now: Date },
): Promise<User> {
  const result = await users.update(id, changes, now)
  if (result === 'absent') throw new UserNotFound()
  if (result === 'email-taken') throw new EmailTaken()
  if (result === 'last-admin') throw new LastAdmin()
  return result
}
