import type { AuditLog } from '../audit/audit-log.ts'
import { secondsAfter, type Clock } from '../clock.ts'
import type { AudioId } from '../ids.ts'
import type { IdempotencyRecords } from '../idempotency/idempotency-records.ts'
import type { PendingLoginRepository } from '../sessions/pending-login-repository.ts'
import type { SessionRepository } from '../sessions/session-repository.ts'
import type { Leases } from '../uploads/leases.ts'
import type { UploadRepository } from '../uploads/upload-repository.ts'
import type { AudioContentStore, StoredContent } from './audio-content-store.ts'
import type { AudioLeftovers } from './audio-repository.ts'
import { inFlight, inFlightSeconds } from './keep-alive.ts'
import { orphans, type OrphanSearch } from './orphans.ts'
import { removableOrphans, type RemovableOrphansDependencies } from './removable-orphans.ts'
import { removeContent, type RemoveContentDependencies } from './remove-content.ts'

export interface SweepLeftoversDependencies extends RemoveContentDependencies {
  readonly leftovers: AudioLeftovers
  readonly inventory: RemovableOrphansDependencies['inventory']
  readonly contents: Pick<AudioContentStore, 'list' | 'stat' | 'remove' | 'removePartial'>
  readonly sessions: Pick<SessionRepository, 'removeDead'>
  readonly pendingLogins: Pick<PendingLoginRepository, 'removeExpired'>
  readonly idempotency: Pick<IdempotencyRecords, 'removeExpired'>
  readonly uploads: Pick<UploadRepository, 'removeExpired'>
  readonly leases: Pick<Leases, 'isHeld' | 'removeExpired'>
  readonly auditLog: Pick<AuditLog, 'removeBefore'>
  readonly auditRetentionSeconds: number
  readonly clock: Clock
}

export interface SweepReport {
  /** Unfinished uploads and deleted audio whose bytes and rows are gone now. */
  readonly tombstones: number
  /** Of those: uploads in parts whose time was over. */
  readonly expiredUploads: number
  /** Contents without a row. */
  readonly orphans: number
  /** Contents without a row that stay, because they are most likely those of another database (`removableOrphans`). */
  readonly keptOrphans: number
  readonly partialWrites: number
  readonly deadSessions: number
  readonly expiredLogins: number
  /** Answers kept for an `Idempotency-Key` whose day is over, and attempts that died. */
  readonly expiredKeys: number
  /** Events of the audit log whose retention period is over. */
  readonly expiredAuditEvents: number
  /** What could not be removed this time; each was reported as an incident. */
  readonly failed: number
}

const batchSize = 500

/** Uploads that nothing was heard of for longer than this are given up. */
export const defaultSweepAgeSeconds = 24 * 3600

export interface SweepInput {
  /** Nothing younger is touched, uploads counting from their last sign of life; and never what is younger than `inFlightSeconds`. */
  readonly ageSeconds: number
  /** Told, again and again, how many contents have been looked at. */
  readonly onProgress?: ((contents: number) => void) | undefined
  /** Stops between two removals; what is removed by then is removed for good. */
  readonly signal?: AbortSignal | undefined
}

type SweepWalk = Omit<OrphanSearch, 'before'>

/** Removes what crashes, failed removals and time left behind. Safe while uploads run. */
export class SweepLeftovers {
  readonly #deps: SweepLeftoversDependencies

  constructor(deps: SweepLeftoversDependencies) {
    this.#deps = deps
  }

  async execute({ ageSeconds, onProgress, signal }: SweepInput): Promise<SweepReport> {
    const now = this.#deps.clock.now()
    const before = secondsAfter(now, -Math.max(ageSeconds, inFlightSeconds))
    // Before the tombstones, which it makes.
    const expiredUploads = await this.#deps.uploads.removeExpired(now)
    const tombstones = await this.#removeTombstones(before, signal)
    let seen = 0
    const found = await this.#removeOrphans(before, { onContent: () => onProgress?.(++seen), signal })
    await this.#deps.leases.removeExpired(now)
    return {
      tombstones: tombstones.removed,
      expiredUploads,
      orphans: found.removed,
      keptOrphans: found.kept,
      partialWrites: await this.#deps.contents.removePartial(
        before,
        inFlight(this.#deps, { now, since: before }),
      ),
      deadSessions: await this.#deps.sessions.removeDead(before),
      expiredLogins: await this.#deps.pendingLogins.removeExpired(now),
      expiredKeys: await this.#deps.idempotency.removeExpired(now),
      expiredAuditEvents: await this.#deps.auditLog.removeBefore(
        secondsAfter(now, -this.#deps.auditRetentionSeconds),
      ),
      failed: tombstones.left + found.left,
    }
  }

  async #removeTombstones(before: Date, signal: AbortSignal | undefined): Promise<Tally> {
    const tally = { removed: 0, left: 0 }
    let after: AudioId | undefined
    for (;;) {
      signal?.throwIfAborted()
      const ids = await this.#deps.leftovers.claimTombstones(before, batchSize, after)
      await this.#removeAll(ids, tally)
      after = ids.at(-1)
      if (after === undefined) return tally
    }
  }

  async #removeOrphans(before: Date, walk: SweepWalk): Promise<Tally & { readonly kept: number }> {
    const tally = { removed: 0, left: 0 }
    let kept = 0
    let isRemovable: ((orphan: StoredContent) => boolean) | undefined
    for await (const batch of orphans(this.#deps, { before, ...walk })) {
      if (batch.length === 0) continue
      isRemovable ??= await removableOrphans(this.#deps)
      const removable = batch.filter(isRemovable)
      await this.#removeAll(idsOf(removable), tally)
      kept += batch.length - removable.length
    }
    return { ...tally, kept }
  }

  async #removeAll(ids: readonly AudioId[], tally: Tally): Promise<void> {
    for (const id of ids) tally[await removeContent(this.#deps, id)]++
  }
}

interface Tally {
  removed: number
  left: number
}

const idsOf = (contents: readonly StoredContent[]): AudioId[] => contents.map(({ id }) => id)
