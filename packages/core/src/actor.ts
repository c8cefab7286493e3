import { AdminRequired } from './errors.ts'
import type { SessionId, UserId } from './ids.ts'

/** Who acts: the live session of an active user, as it stands at this request. */
export interface Actor {
  readonly userId: UserId
  readonly sessionId: SessionId
  readonly isAdmin: boolean
  /** The IP address that the request came from, for the audit log. */
  readonly address?: string | undefined
}

export function requireAdmin(actor: Actor): void {
  if (!actor.isAdmin) throw new AdminRequired()
}
