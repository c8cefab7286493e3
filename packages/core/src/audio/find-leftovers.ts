import { secondsAfter, type Clock } from '../clock.ts'
import type { AudioId } from '../ids.ts'
import type { AudioContentStore, StoredContent } from './audio-content-store.ts'
import type { AudioLeftovers } from './audio-repository.ts'
import { inFlight, inFlightSeconds, type InFlightDependencies } from './keep-alive.ts'
import { orphans } from './orphans.ts'
import { removableOrphans, type RemovableOrphansDependencies } from './removable-orphans.ts'

export interface FindLeftoversDependencies {
  readonly leftovers: Pick<AudioLeftovers, 'count' | 'known' | 'isEmpty' | 'beganAt' | 'isAlive'>
  readonly inventory: RemovableOrphansDependencies['inventory']
  readonly contents: Pick<AudioContentStore, 'list' | 'stat' | 'countPartial'>
  readonly leases: InFlightDependencies['leases']
  readonly clock: Clock
}

export interface FindLeftoversInput {
  /** As in `SweepLeftovers`, which would remove what is found. */
  readonly ageSeconds: number
  /** Told, again and again, how many contents have been looked at. */
  readonly onProgress?: ((contents: number) => void) | undefined
  readonly signal?: AbortSignal | undefined
}

export interface Leftovers {
  /** Unfinished uploads that nothing was heard of for so long. */
  readonly stuckUploads: number
  /** Deleted audio whose removal has not come to its end within a quarter of an hour. */
  readonly tombstones: number
  /** Contents without a row. */
  readonly orphans: number
  readonly orphanBytes: number
  /** The first thousand of them. */
  readonly orphanIds: readonly AudioId[]
  /** How many of them a sweep would keep, because they are most likely those of another database (`removableOrphans`). */
  readonly keptOrphans: number
  readonly partialWrites: number
}

const namedOrphans = 1000

/** Finds what `SweepLeftovers` would remove, and changes nothing. Safe while the app runs. */
export class FindLeftovers {
  readonly #deps: FindLeftoversDependencies

  constructor(deps: FindLeftoversDependencies) {
    this.#deps = deps
  }

  async execute({ ageSeconds, ...walk }: FindLeftoversInput): Promise<Leftovers> {
    const { clock, contents, leftovers } = this.#deps
    const now = clock.now()
    const before = secondsAfter(now, -Math.max(ageSeconds, inFlightSeconds))
    return {
      ...(await leftovers.count(before, secondsAfter(now, -inFlightSeconds))),
      ...(await this.#orphans(before, walk)),
      partialWrites: await contents.countPartial(before, inFlight(this.#deps, { now, since: before })),
    }
  }

  async #orphans(
    before: Date,
    { onProgress, signal }: Pick<FindLeftoversInput, 'onProgress' | 'signal'>,
  ): Promise<Pick<Leftovers, 'orphans' | 'orphanBytes' | 'orphanIds' | 'keptOrphans'>> {
    const found = { orphans: 0, orphanBytes: 0, orphanIds: [] as AudioId[], keptOrphans: 0 }
    let seen = 0
    const onContent = (): void => onProgress?.(++seen)
    let isRemovable: ((orphan: StoredContent) => boolean) | undefined
    for await (const batch of orphans(this.#deps, { before, onContent, signal })) {
      if (batch.length === 0) continue
      isRemovable ??= await removableOrphans(this.#deps)
      found.keptOrphans += batch.length - batch.filter(isRemovable).length
      for (const { id, sizeBytes } of batch) {
        found.orphans++
        found.orphanBytes += sizeBytes
        if (found.orphanIds.length < namedOrphans) found.orphanIds.push(id)
      }
    }
    return found
  }
}
