import { requireAdmin, type Actor } from '../actor.ts'
import type { Page, PageRequest } from '../page.ts'
import type { User } from './user.ts'
import type { UserFilter, UserRepository } from './user-repository.ts'

export interface ListUsersDependencies {
  readonly users: Pick<UserRepository, 'list'>
}

export class ListUsers {
  readonly #deps: ListUsersDependencies

  constructor(deps: ListUsersDependencies) {
    this.#deps = deps
  }

  /** @throws AdminRequired */
  async execute(input: {
    readonly actor: Actor
    readonly page: PageRequest
    readonly filter: UserFilter
  }): Promise<Page<User>> {
    requireAdmin(input.actor)
    return this.#deps.users.list(input.page, input.filter)
  }
}
