import { setTimeout as delay } from 'node:timers/promises'
import { Deadline } from './gcs-deadline.ts'
import { GcsFault } from './gcs-fault.ts'

export interface RetryPolicy {
  /** How often a request that failed is repeated. */
  readonly limit: number
  readonly longestDelayMs: number
  /** A request on whose connection nothing moves for so long has failed. */
  readonly idleTimeoutMs: number
  /** A call that has not been answered after so long, repetitions included, has failed. */
  readonly deadlineMs: number
  /** So has an upload of which nothing more has been confirmed for so long. */
  readonly chunkDeadlineMs: number
  /** So has an upload that has waited for the storage so long in all; waiting for the source does not count. */
  readonly writeDeadlineMs: number
}

export const defaultRetries: RetryPolicy = {
  limit: 4,
  longestDelayMs: 8000,
  idleTimeoutMs: 30_000,
  deadlineMs: 60_000,
  chunkDeadlineMs: 120_000,
  writeDeadlineMs: 6 * 3_600_000,
}

const firstDelayMs = 500

/** Doubles from failure to failure; all of it is random, so that clients do not come back together. */
export const backoffMs = (failures: number, { longestDelayMs }: RetryPolicy): number =>
  Math.random() * Math.min(longestDelayMs, firstDelayMs * 2 ** failures)

/** Not shorter than the storage asked for. Throws the fault where the deadline comes first. */
export async function pause(
  fault: GcsFault,
  failures: number,
  { policy, deadline }: { readonly policy: RetryPolicy; readonly deadline: Deadline },
): Promise<void> {
  const waitMs = (fault.retryAfterMs ?? 0) + backoffMs(failures, policy)
  if (waitMs >= deadline.leftMs) throw fault
  await delay(waitMs)
}

/** For requests that may be repeated as they are. */
export async function retried<T>(
  policy: RetryPolicy,
  request: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const deadline = new Deadline(policy.deadlineMs)
  for (let failures = 1; ; failures++) {
    try {
      return await request(deadline.signal)
    } catch (error) {
      if (!(error instanceof GcsFault && error.isTransient) || failures > policy.limit) throw error
      await pause(error, failures, { policy, deadline })
    }
  }
}
