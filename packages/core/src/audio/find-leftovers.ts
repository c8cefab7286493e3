import { secondsAfter, type Clock } from '../clock.ts'
import type { AudioId } from '../ids.ts'
import type { AudioContentStore } from './audio-content-store.ts'
import type { AudioLeftovers } from './audio-repository.ts'
import { isCounterpart, type IsCounterpartDependencies } from './is-counterpart.ts'
import { inFlightSeconds } from './keep-alive.ts'
import { orphans } from './orphans.ts'

export interface FindLeftoversDependencies {
  readonly leftovers: Pick<AudioLeftovers, 'count' | 'known' | 'isEmpty'>
  readonly inventory: IsCounterpartDependencies['inventory']
  readonly contents: Pick<AudioContentStore, 'list' | 'stat' | 'countPartial'>
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
  readonly partialWrites: number
  /** Whether a sweep would keep the orphans, because the database is most likely that of another store. */
  readonly keepsOrphans: boolean
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
      partialWrites: await contents.countPartial(before),
      keepsOrphans: !(await isCounterpart(this.#deps)),
    }
  }

  async #orphans(
    before: Date,
    { onProgress, signal }: Pick<FindLeftoversInput, 'onProgress' | 'signal'>,
  ): Promise<Pick<Leftovers, 'orphans' | 'orphanBytes' | 'orphanIds'>> {
    const found = { orphans: 0, orphanBytes: 0, orphanIds: [] as AudioId[] }
    let seen = 0
    const onContent = (): void => onProgress?.(++seen)
    for await (const batch of orphans(this.#deps, { before, onContent, signal })) {
      for (const { id, sizeBytes } of batch) {
        found.orphans++
        found.orphanBytes += sizeBytes
        if (found.orphanIds.length < namedOrphans) found.orphanIds.push(id)
      }
    }
    return found
  }
}
