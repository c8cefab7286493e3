import { requireAdmin, type Actor } from '../actor.ts'
import { removeContent, type RemoveContentDependencies } from '../audio/remove-content.ts'
import { byActor } from '../audit/audit-event.ts'
import type { AuditTrail } from '../audit/audit-trail.ts'
import type { Clock } from '../clock.ts'
import { LastAdmin, UserNotFound } from '../errors.ts'
import type { UserId } from '../ids.ts'

export interface DeleteUserDependencies extends RemoveContentDependencies {
  readonly audit: Pick<AuditTrail, 'commit'>
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
    const now = this.#deps.clock.now()
    const tombstones = await this.#deps.audit.commit(async ({ users }) => {
      const removed = await users.remove(id, now)
      if (removed === 'absent') throw new UserNotFound()
      if (removed === 'last-admin') throw new LastAdmin()
      const event = actor.userId === id ? 'account_deleted' : 'user_deleted'
      const details = { removed_blobs: removed.tombstones.length }
      return [removed.tombstones, { event, ...byActor(actor), subjectId: id, details }]
    })
    for (const audioId of tombstones) await removeContent(this.#deps, audioId)
  }
}
