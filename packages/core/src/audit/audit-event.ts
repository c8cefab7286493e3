import type { Actor } from '../actor.ts'
import type { Branded, IdGenerator, SessionId, UserId } from '../ids.ts'

export const auditEventNames = [
  'registration',
  'sign_in',
  'sign_in_failed',
  'sign_in_rate_limited',
  'logout',
  'refresh_token_reused',
  'session_ended',
  'other_sessions_ended',
  'reauthentication_failed',
  'password_changed',
  'email_changed',
  'account_deleted',
  'admin_created',
  'user_updated',
  'user_role_changed',
  'user_deleted',
  'user_quota_changed',
] as const

export type AuditEventName = (typeof auditEventNames)[number]

export type AuditEventId = Branded<string, 'AuditEventId'>

export const newAuditEventId = (ids: IdGenerator): AuditEventId => ids.next() as AuditEventId

/** Further facts, without an e-mail address, name, password or token. */
export type AuditDetails = Readonly<Record<string, string | number | boolean | null>>

/**
 * A security event: actor, action, subject, time and client address. Users are named by id only, so that a
 * deleted account leaves no name and no e-mail address behind.
 */
export interface AuditEvent {
  readonly id: AuditEventId
  readonly createdAt: Date
  readonly event: AuditEventName
  /** `undefined`: an anonymous client, or the operator at the command line. */
  readonly actorId: UserId | undefined
  /** The account that the event concerns; `undefined` if the client named none that exists. */
  readonly subjectId: UserId | undefined
  readonly sessionId: SessionId | undefined
  /** The IP address of the client, as the trusted proxies report it. */
  readonly address: string | undefined
  readonly details: AuditDetails
}

export interface NewAuditEvent extends Partial<
  Pick<AuditEvent, 'actorId' | 'subjectId' | 'sessionId' | 'address' | 'details'>
> {
  readonly event: AuditEventName
}

export const byActor = ({ userId, sessionId, address }: Actor) => ({ actorId: userId, sessionId, address })

/** For what users do to their own account. */
export const bySubject = (actor: Actor) => ({ ...byActor(actor), subjectId: actor.userId })
