import type { UserId } from '../ids.ts'
import type { UsageAudit, UsageComparison } from '../users/usage-audit.ts'
import { usageOf } from './in-memory-quota-repository.ts'
import type { InMemoryState } from './in-memory-state.ts'

/** There are no counters here: usage is added up whenever it is asked for, and never differs. */
export class InMemoryUsageAudit implements UsageAudit {
  readonly #state: InMemoryState

  constructor(state: InMemoryState) {
    this.#state = state
  }

  async compare(after: UserId | undefined, limit: number): Promise<readonly UsageComparison[]> {
    return [...this.#state.users.keys()]
      .filter((id) => after === undefined || id > after)
      .sort()
      .slice(0, limit)
      .map((userId) => ({
        userId,
        counted: usageOf(this.#state, userId),
        actual: usageOf(this.#state, userId),
      }))
  }

  async recount(_userId: UserId): Promise<void> {
    // Nothing is kept that could be wrong.
  }
}
