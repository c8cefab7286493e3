import type { UserId } from '../ids.ts'
import type { StorageUsage } from './quota.ts'

/** The counters of one user beside what their rows add up to. */
export interface UsageComparison {
  readonly userId: UserId
  /** `undefined` where the user has no counters. */
  readonly counted: StorageUsage | undefined
  readonly actual: StorageUsage
}

/** The counters by which quotas are held, compared with what they count; for the operator's side. */
export interface UsageAudit {
  /** At most `limit` users after `after`, in the order of ids, each as of one moment: uploads under way are no difference. */
  compare(after: UserId | undefined, limit: number): Promise<readonly UsageComparison[]>
  /** Counts anew what the user has. Exact however many uploads begin, grow and end meanwhile. */
  recount(userId: UserId): Promise<void>
}
