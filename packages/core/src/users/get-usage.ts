import { requireAdmin, type Actor } from '../actor.ts'
import { UserNotFound } from '../errors.ts'
import type { UserId } from '../ids.ts'
import { effectiveQuota, type Quota, type StorageUsage } from './quota.ts'
import type { QuotaRepository } from './quota-repository.ts'

export interface GetUsageDependencies {
  readonly quotas: Pick<QuotaRepository, 'find'>
  readonly defaultQuota: Quota
}

export interface UsageReport {
  readonly usage: StorageUsage
  /** What holds for the user. */
  readonly quota: Quota
  /** What was set for this user alone. */
  readonly own: Quota
}

/** Everybody sees their own, administrators see anybody's. */
export class GetUsage {
  readonly #deps: GetUsageDependencies

  constructor(deps: GetUsageDependencies) {
    this.#deps = deps
  }

  /** @throws AdminRequired, UserNotFound */
  async execute({ actor, id }: { readonly actor: Actor; readonly id: UserId }): Promise<UsageReport> {
    if (actor.userId !== id) requireAdmin(actor)
    const found = await this.#deps.quotas.find(id)
    if (!found) throw new UserNotFound()
    return { ...found, quota: effectiveQuota(found.own, this.#deps.defaultQuota) }
  }
}
