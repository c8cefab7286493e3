import { secondsAfter } from '../clock.ts'
import type { SessionId, UserId } from '../ids.ts'
import type { Page, PageRequest } from '../page.ts'
import { endOf, isParentValid, type LiveSession, type Session } from '../sessions/session.ts'
import type { Rotation, RotationResult, SessionRepository } from '../sessions/session-repository.ts'
import { endSessions, isLive, type InMemoryState } from './in-memory-state.ts'
import { keysetPage } from './keyset-page.ts'

/** No method awaits anything between its first read and its last write, so each is atomic. */
export class InMemorySessionRepository implements SessionRepository {
  readonly #state: InMemoryState

  constructor(state: InMemoryState) {
    this.#state = state
  }

  async insert(session: Session): Promise<'inserted' | 'user-absent'> {
    if (!this.#state.users.get(session.userId)?.isActive) return 'user-absent'
    this.#state.sessions.set(session.id, { session, endedAt: undefined })
    return 'inserted'
  }

  async findLive(id: SessionId, now: Date): Promise<LiveSession | undefined> {
    return this.#findLive(id, now)
  }

  async rotate(id: SessionId, rotation: Rotation): Promise<RotationResult> {
    const { presented, now, graceSeconds, idleTtlSeconds } = rotation
    const live = this.#findLive(id, now)
    if (!live || presented > live.session.generation) return { outcome: 'unknown' }

    const { session, user } = live
    if (presented === session.generation) {
      const rotated = {
        ...session,
        generation: presented + 1,
        refreshedAt: now,
        confirmedAt: undefined,
        idleExpiresAt: secondsAfter(now, idleTtlSeconds),
      }
      this.#state.sessions.set(id, { session: rotated, endedAt: undefined })
      return { outcome: 'rotated', session: rotated, user }
    }
    if (presented === session.generation - 1 && isParentValid(session, { now, graceSeconds })) {
      return { outcome: 'rotated', session, user }
    }
    this.#state.sessions.set(id, { session, endedAt: now })
    return { outcome: 'reused', userId: session.userId }
  }

  async confirm(id: SessionId, generation: number, now: Date): Promise<void> {
    const stored = this.#state.sessions.get(id)
    if (stored?.session.generation !== generation || !isLive(stored, now)) return
    if (stored.session.confirmedAt !== undefined) return
    this.#state.sessions.set(id, { ...stored, session: { ...stored.session, confirmedAt: now } })
  }

  async end(id: SessionId, userId: UserId, now: Date): Promise<boolean> {
    const stored = this.#state.sessions.get(id)
    if (stored?.session.userId !== userId || !isLive(stored, now)) return false
    this.#state.sessions.set(id, { ...stored, endedAt: now })
    return true
  }

  async endAll(userId: UserId, keep: SessionId | undefined, now: Date): Promise<number> {
    return endSessions(this.#state, { userId, keep, now })
  }

  async listLive(userId: UserId, page: PageRequest, now: Date): Promise<Page<Session>> {
    const living = [...this.#state.sessions.values()]
      .filter((stored) => stored.session.userId === userId && isLive(stored, now))
      .map(({ session }) => session)
    return keysetPage(living, page, 'newest-first')
  }

  async removeDead(before: Date): Promise<number> {
    const dead = [...this.#state.sessions.values()].filter(
      ({ session, endedAt }) => (endedAt ?? endOf(session)) < before || endOf(session) < before,
    )
    for (const { session } of dead) this.#state.sessions.delete(session.id)
    return dead.length
  }

  #findLive(id: SessionId, now: Date): LiveSession | undefined {
    const stored = this.#state.sessions.get(id)
    if (!stored || !isLive(stored, now)) return undefined
    const user = this.#state.users.get(stored.session.userId)
    return user?.isActive ? { session: stored.session, user } : undefined
  }
}
