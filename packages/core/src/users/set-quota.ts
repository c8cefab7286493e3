import { requireAdmin, type Actor } from '../actor.ts'
import { byActor } from '../audit/audit-event.ts'
import type { AuditTrail } from '../audit/audit-trail.ts'
import { UserNotFound } from '../errors.ts'
import type { UserId } from '../ids.ts'
import type { Quota } from './quota.ts'

export interface SetQuotaDependencies {
  readonly audit: Pick<AuditTrail, 'commit'>
}

export interface SetQuotaInput {
  readonly actor: Actor
  readonly id: UserId
  /** `undefined` in it gives a limit back to the service's. */
  readonly own: Quota
}

/** An administrator gives a user limits of their own. Audio beyond a lower limit stays; further uploads are refused. */
export class SetQuota {
  readonly #deps: SetQuotaDependencies

  constructor(deps: SetQuotaDependencies) {
    this.#deps = deps
  }

  /** @throws AdminRequired, UserNotFound */
  async execute({ actor, id, own }: SetQuotaInput): Promise<void> {
    requireAdmin(actor)
    await this.#deps.audit.commit(async ({ quotas }) => {
      if ((await quotas.change(id, own)) === 'absent') throw new UserNotFound()
      const details = { quota_bytes: own.bytes ?? null, quota_files: own.files ?? null }
      return [undefined, { event: 'user_quota_changed', ...byActor(actor), subjectId: id, details }]
    })
  }
}
