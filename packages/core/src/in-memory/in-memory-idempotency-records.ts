import type { Attempt, Begun, IdempotencyRecords, NewAttempt } from '../idempotency/idempotency-records.ts'
import type { InMemoryState } from './in-memory-state.ts'

/** No method awaits anything between its first read and its last write, so each is atomic. */
export class InMemoryIdempotencyRecords implements IdempotencyRecords {
  readonly #state: InMemoryState

  constructor(state: InMemoryState) {
    this.#state = state
  }

  async begin({ recordId, holder, userId, now, leaseEndsAt }: NewAttempt): Promise<Begun> {
    const record = this.#state.idempotency.get(recordId)
    if (record && now < record.expiresAt) {
      return record.answer ? { outcome: 'answered', answer: record.answer } : { outcome: 'running' }
    }
    if (userId !== undefined && !this.#state.users.has(userId)) return { outcome: 'user-absent' }
    this.#state.idempotency.set(recordId, { holder, userId, answer: undefined, expiresAt: leaseEndsAt })
    return { outcome: 'begun' }
  }

  async renew(attempt: Attempt, leaseEndsAt: Date): Promise<boolean> {
    const record = this.#held(attempt)
    if (record) this.#state.idempotency.set(attempt.recordId, { ...record, expiresAt: leaseEndsAt })
    return record !== undefined
  }

  async answer(attempt: Attempt, answer: Uint8Array, expiresAt: Date): Promise<boolean> {
    const record = this.#held(attempt)
    if (record) this.#state.idempotency.set(attempt.recordId, { ...record, answer, expiresAt })
    return record !== undefined
  }

  async abandon(attempt: Attempt): Promise<void> {
    if (this.#held(attempt)) this.#state.idempotency.delete(attempt.recordId)
  }

  async removeExpired(before: Date): Promise<number> {
    const expired = [...this.#state.idempotency].filter(([, { expiresAt }]) => expiresAt < before)
    for (const [recordId] of expired) this.#state.idempotency.delete(recordId)
    return expired.length
  }

  #held({ recordId, holder }: Attempt) {
    const record = this.#state.idempotency.get(recordId)
    return record?.holder === holder && record.answer === undefined ? record : undefined
  }
}
