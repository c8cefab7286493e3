import { secondsAfter } from '../clock.ts'
import type { User } from '../users/user.ts'
import type { SessionId, UserId } from '../ids.ts'

/**
 * One sign-in. Its refresh tokens are numbered. The token of `generation` may be presented next; the one
 * before it (the parent) may be presented again until the generation is confirmed and for a short grace after
 * that (docs/decisions/0003).
 */
export interface Session {
  readonly id: SessionId
  readonly userId: UserId
  readonly generation: number
  readonly createdAt: Date
  /** When the generation last moved, or `createdAt`. */
  readonly refreshedAt: Date
  /**
   * When the client first used what it received with this generation; `undefined`: the response may have been
   * lost.
   */
  readonly confirmedAt: Date | undefined
  /** The session ends where it is not refreshed by then. */
  readonly idleExpiresAt: Date
  /** The session ends then whatever happens. */
  readonly expiresAt: Date
  /** What the client called itself, shortened; to be recognised in the list of sessions. */
  readonly userAgent: string | undefined
}

/** A session that works now, and its user, who is active. */
export interface LiveSession {
  readonly session: Session
  readonly user: User
}

export interface SessionPolicy {
  readonly accessTtlSeconds: number
  readonly idleTtlSeconds: number
  readonly absoluteTtlSeconds: number
  /**
   * How long after the confirmation of the current generation its parent still returns the same successor.
   */
  readonly graceSeconds: number
}

export const defaultSessionPolicy: SessionPolicy = {
  accessTtlSeconds: 5 * 60,
  idleTtlSeconds: 30 * 24 * 3600,
  absoluteTtlSeconds: 180 * 24 * 3600,
  graceSeconds: 10,
}

/** Whether the parent of the current generation may still be presented. */
export function isParentValid({ confirmedAt }: Session, { now, graceSeconds }: ParentGrace): boolean {
  return confirmedAt === undefined || now <= secondsAfter(confirmedAt, graceSeconds)
}

export interface ParentGrace {
  readonly now: Date
  readonly graceSeconds: number
}

/** The earlier of the two ends of a session. */
export function endOf(session: Session): Date {
  return session.idleExpiresAt < session.expiresAt ? session.idleExpiresAt : session.expiresAt
}

export const maxUserAgentLength = 200

/** Printable characters only, shortened; `undefined` where nothing is left. */
export function cleanUserAgent(userAgent: string | undefined): string | undefined {
  const text = userAgent
    ?.replace(/[^\x20-\x7e]/g, '')
    .trim()
    .slice(0, maxUserAgentLength)
    .trimEnd()
  return text === '' ? undefined : text
}
