import type { Actor } from '../actor.ts'
import type { Clock } from '../clock.ts'
import type { Page, PageRequest } from '../page.ts'
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

  execute({ actor, page }: { readonly actor: Actor; readonly page: PageRequest }): Promise<Page<Session>> {
    return this.#deps.sessions.listLive(actor.userId, page, this.#deps.clock.now())
  }
}
