import type { UserId } from '../ids.ts'
import { effectiveQuota, unlimited, type Quota, type StorageUsage } from '../users/quota.ts'
import type { QuotaRepository } from '../users/quota-repository.ts'
import type { InMemoryState } from './in-memory-state.ts'

export class InMemoryQuotaRepository implements QuotaRepository {
  readonly #state: InMemoryState

  constructor(state: InMemoryState) {
    this.#state = state
  }

  async find(userId: UserId): Promise<{ readonly usage: StorageUsage; readonly own: Quota } | undefined> {
    if (!this.#state.users.has(userId)) return undefined
    return { usage: usageOf(this.#state, userId), own: this.#state.quotas.get(userId) ?? unlimited }
  }

  async change(userId: UserId, own: Quota): Promise<'changed' | 'absent'> {
    if (!this.#state.users.has(userId)) return 'absent'
    this.#state.quotas.set(userId, own)
    return 'changed'
  }
}

/** What holds for the user. */
export const quotaOf = ({ quotas }: InMemoryState, userId: UserId, defaults: Quota): Quota =>
  effectiveQuota(quotas.get(userId) ?? unlimited, defaults)

export function usageOf({ audio }: InMemoryState, userId: UserId): StorageUsage {
  let [usedBytes, usedFiles, reservedBytes, reservedFiles] = [0, 0, 0, 0]
  for (const row of audio.values()) {
    if (row.state === 'ready' && row.audio.ownerId === userId) {
      usedBytes += row.audio.content.sizeBytes
      usedFiles++
    } else if (row.state === 'pending' && row.pending.ownerId === userId) {
      reservedBytes += row.reservedBytes
      reservedFiles++
    }
  }
  return { usedBytes, usedFiles, reservedBytes, reservedFiles }
}
