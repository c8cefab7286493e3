import { requireAdmin, type Actor } from '../actor.ts'
import { InvalidInput, UserNotFound } from '../errors.ts'
import type { UserId } from '../ids.ts'
import { lookUpAddress } from './email-address.ts'
import type { User } from './user.ts'
import type { UserRepository } from './user-repository.ts'

export interface GetUserDependencies {
  readonly users: Pick<UserRepository, 'find' | 'findByEmail'>
}

export interface GetUserInput {
  readonly actor: Actor
  readonly id?: UserId | undefined
  readonly email?: string | undefined
}

export class GetUser {
  readonly #deps: GetUserDependencies

  constructor(deps: GetUserDependencies) {
    this.#deps = deps
  }

  /** @throws AdminRequired, InvalidInput where not exactly one of id and email is given, UserNotFound */
  async execute(input: GetUserInput): Promise<User> {
    requireAdmin(input.actor)
    if ((input.id === undefined) === (input.email === undefined)) {
      throw new InvalidInput([{ path: '', code: 'exactly_one', message: 'Give exactly one of id and email' }])
    }
    const user = await this.#find(input)
    if (!user) throw new UserNotFound()
    return user
  }

  async #find({ id, email }: GetUserInput): Promise<User | undefined> {
    if (id !== undefined) return this.#deps.users.find(id)
    const address = lookUpAddress(email ?? '')
    return address && this.#deps.users.findByEmail(address)
  }
}
