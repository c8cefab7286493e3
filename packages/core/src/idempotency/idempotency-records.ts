import type { UserId } from '../ids.ts'

/** One try of one request: of all tries under a key, the one that holds the record runs. */
export interface Attempt {
  /** The same for every try: a hash of who asks and of the key. */
  readonly recordId: string
  /** Another for every try. */
  readonly holder: string
}

export interface NewAttempt extends Attempt {
  /** Whose request it is; the record goes with the user. */
  readonly userId: UserId | undefined
  readonly now: Date
  /** From then on, unless renewed, the attempt counts as dead, and another may begin. */
  readonly leaseEndsAt: Date
}

export type Begun =
  /** This attempt is to run. */
  | { readonly outcome: 'begun' }
  /** Another one runs. */
  | { readonly outcome: 'running' }
  /** It has run, and was answered with this. */
  | { readonly outcome: 'answered'; readonly answer: Uint8Array }
  /** The user was removed meanwhile. */
  | { readonly outcome: 'user-absent' }

/** What became of the requests that came with an `Idempotency-Key`. */
export interface IdempotencyRecords {
  /** Of racing attempts one gets `begun`, as it does where the earlier attempt died or the answer has expired. */
  begin(attempt: NewAttempt): Promise<Begun>
  /** `false` where the attempt holds the record no more: its lease had ended and another began. */
  renew(attempt: Attempt, leaseEndsAt: Date): Promise<boolean>
  /** Keeps the answer until `expiresAt`; `false`, and nothing is kept, where the attempt holds the record no more. */
  answer(attempt: Attempt, answer: Uint8Array, expiresAt: Date): Promise<boolean>
  /** Frees the key at once; nothing happens where the attempt holds the record no more or has answered. */
  abandon(attempt: Attempt): Promise<void>
  /** Forgets answers that have expired and attempts that died before this moment; returns how many. */
  removeExpired(before: Date): Promise<number>
}
