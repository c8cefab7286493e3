import { requireAdmin, type Actor } from '../actor.ts'
import { removeContent, type RemoveContentDependencies } from '../audio/remove-content.ts'
import type { Clock } from '../clock.ts'
import { LastAdmin, UserNotFound } from '../errors.ts'
import type { UserId } from '../ids.ts'
import type { UserRepository } from './user-repository.ts'

export interface DeleteUserDependencies extends RemoveContentDependencies {
  readonly users: Pick<UserRepository, 'remove'>
  readonly clock: Clock
}

/** An administrator deletes anybody, everybody deletes themselves. */
export class DeleteUser {
  readonly #deps: DeleteUserDependencies

  constructor(deps: DeleteUserDependencies) {
    this.#deps = deps
  }

  /**
   * The account, its sessions and the sight of its audio go in one step; the bytes follow before this resolves.
   * @throws AdminRequired, UserNotFound, LastAdmin
   */
  async execute({ actor, id }: { readonly actor: Actor; readonly id: UserId }): Promise<void> {
    if (actor.userId !== id) requireAdmin(actor)
    const removed = await this.#deps.users.remove(id, this.#deps.clock.now())
    if (removed === 'absent') throw new UserNotFound()
    if (removed === 'last-admin') throw new LastAdmin()
    for (const audioId of removed.tombstones) await removeContent(this.#deps, audioId)
  }
}
