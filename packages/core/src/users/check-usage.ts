import type { UserId } from '../ids.ts'
import type { StorageUsage } from './quota.ts'
import type { UsageAudit, UsageComparison } from './usage-audit.ts'

export interface CheckUsageDependencies {
  readonly usageAudit: Pick<UsageAudit, 'compare'>
}

export interface CheckUsageInput {
  /** Told, again and again, how many users have been looked at. */
  readonly onProgress?: ((users: number) => void) | undefined
  readonly signal?: AbortSignal | undefined
}

const pageSize = 100

/** Finds the users whose counters are not what they have. Changes nothing; safe while uploads run. */
export class CheckUsage {
  readonly #deps: CheckUsageDependencies

  constructor(deps: CheckUsageDependencies) {
    this.#deps = deps
  }

  async *execute({ onProgress, signal }: CheckUsageInput = {}): AsyncGenerator<
    UsageComparison,
    void,
    undefined
  > {
    let seen = 0
    let after: UserId | undefined
    for (;;) {
      signal?.throwIfAborted()
      const page = await this.#deps.usageAudit.compare(after, pageSize)
      yield* page.filter(isWrong)
      onProgress?.((seen += page.length))
      after = page.at(-1)?.userId
      if (after === undefined) return
    }
  }
}

const fields = ['usedBytes', 'usedFiles', 'reservedBytes', 'reservedFiles'] satisfies (keyof StorageUsage)[]

const isWrong = ({ counted, actual }: UsageComparison): boolean =>
  fields.some((field) => counted?.[field] !== actual[field])
