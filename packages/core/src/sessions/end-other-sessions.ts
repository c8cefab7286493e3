import type { Actor } from '../actor.ts'
import { bySubject } from '../audit/audit-event.ts'
import type { AuditTrail } from '../audit/audit-trail.ts'
import type { Clock } from '../clock.ts'
import type { SessionRepository } from './session-repository.ts'

export interface EndOtherSessionsDependencies {
  readonly sessions: Pick<SessionRepository, 'endAll'>
  readonly audit: Pick<AuditTrail, 'record'>
  readonly clock: Clock
}

/** Signs the actor out everywhere but here. */
export class EndOtherSessions {
  readonly #deps: EndOtherSessionsDependencies

  constructor(deps: EndOtherSessionsDependencies) {
    this.#deps = deps
  }

  async execute({ actor }: { readonly actor: Actor }): Promise<void> {
    const count = await this.#deps.sessions.endAll(actor.userId, actor.sessionId, this.#deps.clock.now())
    // Nothing has happened otherwise, and a client could fill the log with it.
    if (count === 0) return
    await this.#deps.audit.record({ event: 'other_sessions_ended', ...bySubject(actor), details: { count } })
  }
}
