import { secondsAfter } from '../clock.ts'
import { FakeClock } from '../in-memory/fake-clock.ts'
import { InvalidRefreshToken, NotAuthenticated, RefreshTokenReused } from '../errors.ts'
import { inMemoryAdapters, type InMemoryAdapters } from '../in-memory/in-memory-adapters.ts'
import type { Repositories } from '../repositories.ts'
import { Authenticate } from '../sessions/authenticate.ts'
import { RefreshSession } from '../sessions/refresh-session.ts'
import type { Session } from '../sessions/session.ts'
import type { User } from '../users/user.ts'
import { aSession, at } from './builders.ts'
import type { Operation, Outcome, RefreshWorld } from './refresh-model.ts'

/** The use cases on a repository, asked in the terms of the model: one node. */
export class RefreshServer {
  readonly #sessions: Repositories['sessions']
  readonly #session: Session

  constructor(sessions: Repositories['sessions'], session: Session) {
    this.#sessions = sessions
    this.#session = session
  }

  /** Stores a session in the state of the world and opens it. */
  static async at(
    { sessions }: Pick<Repositories, 'sessions'>,
    user: User,
    world: RefreshWorld,
  ): Promise<RefreshServer> {
    if (world.session === 'ended') throw new Error('A session cannot be stored after its end')
    const { generation, firstUsedAt } = world.session
    const confirmedAt = firstUsedAt === undefined ? undefined : at(firstUsedAt)
    const session = aSession({ userId: user.id, generation, confirmedAt })
    await sessions.insert(session)
    return new RefreshServer(sessions, session)
  }

  /** The same session on another node. */
  on({ sessions }: Pick<Repositories, 'sessions'>): RefreshServer {
    return new RefreshServer(sessions, this.#session)
  }

  async perform({ kind, generation }: Operation, seconds: number): Promise<Outcome> {
    const adapters = { ...inMemoryAdapters(), sessions: this.#sessions, clock: new FakeClock(at(seconds)) }
    try {
      return await (kind === 'refresh'
        ? this.#refresh(adapters, generation)
        : this.#use(adapters, generation))
    } catch (error) {
      if (error instanceof RefreshTokenReused) return error.code
      if (error instanceof InvalidRefreshToken || error instanceof NotAuthenticated) return 'refused'
      throw error
    }
  }

  async #refresh(adapters: InMemoryAdapters, generation: number): Promise<Outcome> {
    const refreshToken = adapters.refreshTokens.sign({ sessionId: this.#session.id, generation })
    const { tokens } = await new RefreshSession(adapters).execute({ refreshToken })
    return adapters.refreshTokens.verify(tokens.refreshToken)?.generation ?? 'refused'
  }

  async #use(adapters: InMemoryAdapters, generation: number): Promise<Outcome> {
    const issuedAt = adapters.clock.now()
    const { userId, id: sessionId } = this.#session
    const claims = { userId, sessionId, generation, role: 'user', issuedAt } as const
    const accessToken = await adapters.accessTokens.sign({
      ...claims,
      expiresAt: secondsAfter(issuedAt, 300),
    })
    await new Authenticate(adapters).execute({ accessToken })
    return 'accepted'
  }

  /** What is stored, in the terms of the model. */
  async stored(seconds: number): Promise<RefreshWorld['session']> {
    const live = await this.#sessions.findLive(this.#session.id, at(seconds))
    if (!live) return 'ended'
    const { generation, confirmedAt } = live.session
    const firstUsedAt = confirmedAt && (confirmedAt.getTime() - at(0).getTime()) / 1000
    return { generation, firstUsedAt }
  }
}
