import type { SessionId, UserId } from '../ids.ts'
import type { Page, PageRequest } from '../page.ts'
import type { LiveSession, Session } from './session.ts'

export interface Rotation {
  /** The generation of the refresh token that was presented. */
  readonly presented: number
  readonly now: Date
  readonly graceSeconds: number
  readonly idleTtlSeconds: number
}

export type RotationResult =
  /**
   * The session is at `presented + 1`: moved by this call, or by an earlier one whose successor may still be
   * returned.
   */
  | ({ readonly outcome: 'rotated' } & LiveSession)
  /** An older generation was presented: the session has been ended, and that is stored. */
  | { readonly outcome: 'reused'; readonly userId: UserId }
  /** No live session of an active user has this id, or it never reached the presented generation. */
  | { readonly outcome: 'unknown' }

export interface SessionRepository {
  /** `user-absent`: no active user has this id, so that a sign-in racing a deactivation leaves nothing to revive. */
  insert(session: Session): Promise<'inserted' | 'user-absent'>
  /** `undefined` where the session is absent, ended or expired, or its user is not active. */
  findLive(id: SessionId, now: Date): Promise<LiveSession | undefined>
  /**
   * Moves the session from the presented generation to the next, in one atomic step. The next is not
   * confirmed yet. However many requests present the same generation at once, the generation moves by one and
   * all get `rotated`. The parent of the current generation changes nothing and gets the same successor while
   * `isParentValid`.
   */
  rotate(id: SessionId, rotation: Rotation): Promise<RotationResult>
  /**
   * Records that the client has received this generation. Writes once per generation, however many requests
   * race; does nothing if the session has ended or is at another generation.
   */
  confirm(id: SessionId, generation: number, now: Date): Promise<void>
  /** Ends one session of this user; `false` where there was none that lived. */
  end(id: SessionId, userId: UserId, now: Date): Promise<boolean>
  /** Ends all sessions of this user but `keep`; returns how many lived. */
  endAll(userId: UserId, keep: SessionId | undefined, now: Date): Promise<number>
  /** Newest first; without the ended and the expired ones. */
  listLive(userId: UserId, page: PageRequest, now: Date): Promise<Page<Session>>
  /** Forgets sessions that ended or expired before this moment; returns how many. */
  removeDead(before: Date): Promise<number>
}
