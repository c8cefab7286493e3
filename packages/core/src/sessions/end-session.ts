import type { Actor } from '../actor.ts'
import { bySubject } from '../audit/audit-event.ts'
import type { AuditTrail } from '../audit/audit-trail.ts'
import type { Clock } from '../clock.ts'
import { SessionNotFound } from '../errors.ts'
import type { SessionId } from '../ids.ts'
import type { SessionRepository } from './session-repository.ts'

export interface EndSessionDependencies {
  readonly sessions: Pick<SessionRepository, 'end'>
  readonly audit: Pick<AuditTrail, 'record'>
  readonly clock: Clock
}

export class EndSession {
  readonly #deps: EndSessionDependencies

  constructor(deps: EndSessionDependencies) {
    this.#deps = deps
  }

  /** @throws SessionNotFound also for a session of somebody else */
  async execute(input: { readonly actor: Actor; readonly sessionId: SessionId }): Promise<void> {
    const { actor, sessionId } = input
    const ended = await this.#deps.sessions.end(sessionId, actor.userId, this.#deps.clock.now())
    if (!ended) throw new SessionNotFound()
    const details = { ended_session_id: sessionId }
    await this.#deps.audit.record({ event: 'session_ended', ...bySubject(actor), details })
  }
}
