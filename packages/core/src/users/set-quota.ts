import { requireAdmin, type Actor } from '../actor.ts'
import { UserNotFound } from '../errors.ts'
import type { UserId } from '../ids.ts'
import type { Quota } from './quota.ts'
import type { QuotaRepository } from './quota-repository.ts'

export interface SetQuotaDependencies {
  readonly quotas: Pick<QuotaRepository, 'change'>
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
    if ((await this.#deps.quotas.change(id, own)) === 'absent') throw new UserNotFound()
  }
}
