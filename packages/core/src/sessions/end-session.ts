import type { Actor } from '../actor.ts'
import type { Clock } from '../clock.ts'
import { SessionNotFound } from '../errors.ts'
import type { SessionId } from '../ids.ts'
import type { SessionRepository } from './session-repository.ts'

export interface EndSessionDependencies {
  readonly sessions: Pick<SessionRepository, 'end'>
  readonly clock: Clock
}

export class EndSession {
  readonly #deps: EndSessionDependencies

  constructor(deps: EndSessionDependencies) {
    this.#deps = deps
  }

  /** @throws SessionNotFound also for a session of somebody else */
  async execute(input: { readonly actor: Actor; readonly sessionId: SessionId }): Promise<void> {
    const ended = await this.#deps.sessions.end(input.sessionId, input.actor.userId, this.#deps.clock.now())
    if (!ended) throw new SessionNotFound()
  }
}
