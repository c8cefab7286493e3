import type {
  Attempt,
  Begun,
  IdempotencyRecords,
  NewAttempt,
  StoredAnswer,
} from '../idempotency/idempotency-records.ts'
import type { SessionId } from '../ids.ts'
import { isLive, type InMemoryState } from './in-memory-state.ts'

/** No method awaits anything between its first read and its last write, so each is atomic. */
export class InMemoryIdempotencyRecords implements IdempotencyRecords {
  readonly #state: InMemoryState

  constructor(state: InMemoryState) {
    this.#state = state
  }

  async begin({ recordId, holder, userId, now, leaseEndsAt }: NewAttempt): Promise<Begun> {
    const record = this.#state.idempotency.get(recordId)
    if (record && now < record.expiresAt && !this.#hasEnded(record.sessionId, now)) {
      return record.answer ? { outcome: 'answered', answer: record.answer } : { outcome: 'running' }
    }
    if (userId !== undefined && !this.#state.users.has(userId)) return { outcome: 'user-absent' }
    const fresh = { holder, userId, sessionId: undefined, answer: undefined, expiresAt: leaseEndsAt }
    this.#state.idempotency.set(recordId, fresh)
    return { outcome: 'begun' }
  }

  async renew(attempt: Attempt, leaseEndsAt: Date): Promise<boolean> {
    const record = this.#held(attempt)
    if (record) this.#state.idempotency.set(attempt.recordId, { ...record, expiresAt: leaseEndsAt })
    return record !== undefined
  }

  async answer(attempt: Attempt, { answer, expiresAt, owner }: StoredAnswer): Promise<boolean> {
    const record = this.#held(attempt)
    if (!record || (owner && !this.#state.users.has(owner.userId))) return false
    const userId = record.userId ?? owner?.userId
    const sessionId = owner?.sessionId
    this.#state.idempotency.set(attempt.recordId, { ...record, userId, sessionId, answer, expiresAt })
    return true
  }

  async abandon(attempt: Attempt): Promise<void> {
    if (this.#held(attempt)) this.#state.idempotency.delete(attempt.recordId)
  }

  async removeExpired(before: Date): Promise<number> {
    const expired = [...this.#state.idempotency].filter(([, { expiresAt }]) => expiresAt < before)
    for (const [recordId] of expired) this.#state.idempotency.delete(recordId)
    return expired.length
  }

  #hasEnded(id: SessionId | undefined, now: Date): boolean {
    if (id === undefined) return false
    const session = this.#state.sessions.get(id)
    return session === undefined || !isLive(session, now)
  }

  #held({ recordId, holder }: Attempt) {
    const record = this.#state.idempotency.get(recordId)
    return record?.holder === holder && record.answer === undefined ? record : undefined
  }
}
