import type { UserId } from '../ids.ts'
import type { Quota, StorageUsage } from './quota.ts'

/** What a user keeps, and the limits of their own, which go before the service's. */
export interface QuotaRepository {
  /** Exact at the moment of the call: counted with every change of audio, in the same step. `undefined` where there is no such user. */
  find(userId: UserId): Promise<{ readonly usage: StorageUsage; readonly own: Quota } | undefined>
  /** `undefined` in `own` gives a limit back to the service's. What is stored already stays, whatever the new limit. */
  change(userId: UserId, own: Quota): Promise<'changed' | 'absent'>
}
