import type { Actor } from '../actor.ts'
import type { Clock } from '../clock.ts'
import type { Session } from './session.ts'
import type { SessionRepository } from './session-repository.ts'

export interface ListSessionsDependencies {
  readonly sessions: Pick<SessionRepository, 'listLive'>
  readonly clock: Clock
}

export class ListSessions {
  readonly #deps: ListSessionsDependencies

  constructor(deps: ListSessionsDependencies) {
    this.#deps = deps
  }

  execute(input: { readonly actor: Actor }): Promise<readonly Session[]> {
    return this.#deps.sessions.listLive(input.actor.userId, this.#deps.clock.now())
  }
}
