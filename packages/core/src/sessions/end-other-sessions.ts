import type { Actor } from '../actor.ts'
import type { Clock } from '../clock.ts'
import type { SessionRepository } from './session-repository.ts'

export interface EndOtherSessionsDependencies {
  readonly sessions: Pick<SessionRepository, 'endAll'>
  readonly clock: Clock
}

/** Signs the actor out everywhere but here. */
export class EndOtherSessions {
  readonly #deps: EndOtherSessionsDependencies

  constructor(deps: EndOtherSessionsDependencies) {
    this.#deps = deps
  }

  async execute({ actor }: { readonly actor: Actor }): Promise<void> {
    await this.#deps.sessions.endAll(actor.userId, actor.sessionId, this.#deps.clock.now())
  }
}
