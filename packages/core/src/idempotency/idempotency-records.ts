import type { SessionId, UserId } from '../ids.ts'

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

/** The user and session that a stored response belongs to. It is not replayed once they are gone. */
export interface AnswerOwner {
  readonly userId: UserId
  /** The session that the response opens or continues; the response is not replayed after its end. */
  readonly sessionId?: SessionId | undefined
}

export interface StoredAnswer {
  readonly answer: Uint8Array
  readonly expiresAt: Date
  /** For a request of a client that was not signed in; otherwise the record has its user already. */
  readonly owner?: AnswerOwner | undefined
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

/**
 * Requests with an `Idempotency-Key` and their responses. Answered records are removed with their user and
 * when the user's credentials change (`PasswordRepository.change`, `UserRepository.update`).
 */
export interface IdempotencyRecords {
  /**
   * One of several racing attempts gets `begun`. So does an attempt after a dead one, after the expiry of the
   * response, or after the end of its session.
   */
  begin(attempt: NewAttempt): Promise<Begun>
  /** `false` where the attempt holds the record no more: its lease had ended and another began. */
  renew(attempt: Attempt, leaseEndsAt: Date): Promise<boolean>
  /**
   * `false`, and nothing is stored, if the attempt does not hold the record any more or the owner is gone.
   */
  answer(attempt: Attempt, stored: StoredAnswer): Promise<boolean>
  /** Frees the key at once; nothing happens where the attempt holds the record no more or has answered. */
  abandon(attempt: Attempt): Promise<void>
  /** Forgets answers that have expired and attempts that died before this moment; returns how many. */
  removeExpired(before: Date): Promise<number>
}
