import { setTimeout as delay } from 'node:timers/promises'
import { GcsFault } from './gcs-fault.ts'

export interface RetryPolicy {
  /** How often a request that failed is repeated. */
  readonly limit: number
  readonly longestDelayMs: number
  /** A request on whose connection nothing moves for so long has failed. */
  readonly idleTimeoutMs: number
}

const firstDelayMs = 500

/** Doubles from failure to failure; all of it is random, so that clients do not come back together. */
export async function pause(failures: number, { longestDelayMs }: RetryPolicy): Promise<void> {
  await delay(Math.random() * Math.min(longestDelayMs, firstDelayMs * 2 ** failures))
}

/** For requests that may be repeated as they are. */
export async function retried<T>(policy: RetryPolicy, request: () => Promise<T>): Promise<T> {
  for (let failures = 0; ; failures++) {
    try {
      return await request()
    } catch (error) {
      if (!(error instanceof GcsFault && error.isTransient) || failures >= policy.limit) throw error
    }
    await pause(failures, policy)
  }
}
