import { secondsAfter, type Clock } from '../clock.ts'
import type { AudioId } from '../ids.ts'
import type { IdempotencyRecords } from '../idempotency/idempotency-records.ts'
import type { PendingLoginRepository } from '../sessions/pending-login-repository.ts'
import type { SessionRepository } from '../sessions/session-repository.ts'
import type { AudioContentStore, StoredContent } from './audio-content-store.ts'
import type { AudioLeftovers } from './audio-repository.ts'
import { removeContent, type RemoveContentDependencies } from './remove-content.ts'

export interface SweepLeftoversDependencies extends RemoveContentDependencies {
  readonly leftovers: AudioLeftovers
  readonly contents: Pick<AudioContentStore, 'list' | 'remove' | 'removePartial'>
  readonly sessions: Pick<SessionRepository, 'removeDead'>
  readonly pendingLogins: Pick<PendingLoginRepository, 'removeExpired'>
  readonly idempotency: Pick<IdempotencyRecords, 'removeExpired'>
  readonly clock: Clock
}

export interface SweepReport {
  /** Unfinished uploads and deleted audio whose bytes and rows are gone now. */
  readonly tombstones: number
  /** Contents without a row. */
  readonly orphans: number
  readonly partialWrites: number
  readonly deadSessions: number
  readonly expiredLogins: number
  /** Answers kept for an `Idempotency-Key` whose day is over, and attempts that died. */
  readonly expiredKeys: number
  /** What could not be removed this time; each was reported as an incident. */
  readonly failed: number
}

const batchSize = 500

/** Uploads that take longer than this are given up. */
export const defaultSweepAgeSeconds = 24 * 3600

/** Removes what crashes, failed removals and time left behind. Safe while uploads run, for nothing younger than `ageSeconds` is touched. */
export class SweepLeftovers {
  readonly #deps: SweepLeftoversDependencies

  constructor(deps: SweepLeftoversDependencies) {
    this.#deps = deps
  }

  async execute({ ageSeconds }: { readonly ageSeconds: number }): Promise<SweepReport> {
    const now = this.#deps.clock.now()
    const before = secondsAfter(now, -ageSeconds)
    const tombstones = await this.#removeTombstones(before)
    const orphans = await this.#removeOrphans(before)
    return {
      tombstones: tombstones.removed,
      orphans: orphans.removed,
      partialWrites: await this.#deps.contents.removePartial(before),
      deadSessions: await this.#deps.sessions.removeDead(before),
      expiredLogins: await this.#deps.pendingLogins.removeExpired(now),
      expiredKeys: await this.#deps.idempotency.removeExpired(now),
      failed: tombstones.left + orphans.left,
    }
  }

  async #removeTombstones(before: Date): Promise<Tally> {
    const tally = { removed: 0, left: 0 }
    let after: AudioId | undefined
    for (;;) {
      const ids = await this.#deps.leftovers.claimTombstones(before, batchSize, after)
      await this.#removeAll(ids, tally)
      after = ids.at(-1)
      if (after === undefined) return tally
    }
  }

  async #removeOrphans(before: Date): Promise<Tally> {
    const tally = { removed: 0, left: 0 }
    let batch: AudioId[] = []
    for await (const content of this.#deps.contents.list()) {
      if (isYounger(content, before)) continue
      batch.push(content.id)
      if (batch.length < batchSize) continue
      await this.#removeUnknown(batch, tally)
      batch = []
    }
    await this.#removeUnknown(batch, tally)
    return tally
  }

  async #removeUnknown(ids: readonly AudioId[], tally: Tally): Promise<void> {
    if (ids.length === 0) return
    const known = await this.#deps.leftovers.known(ids)
    await this.#removeAll(
      ids.filter((id) => !known.has(id)),
      tally,
    )
  }

  async #removeAll(ids: readonly AudioId[], tally: Tally): Promise<void> {
    for (const id of ids) tally[await removeContent(this.#deps, id)]++
  }
}

interface Tally {
  removed: number
  left: number
}

const isYounger = (content: StoredContent, moment: Date): boolean => content.writtenAt >= moment
