import type { AudioLeftovers } from '../audio/audio-repository.ts'
import type { AudioId } from '../ids.ts'
import type { InMemoryState } from './in-memory-state.ts'

export class InMemoryAudioLeftovers implements AudioLeftovers {
  readonly #state: InMemoryState

  constructor(state: InMemoryState) {
    this.#state = state
  }

  async claimTombstones(
    before: Date,
    limit: number,
    after: AudioId | undefined,
  ): Promise<readonly AudioId[]> {
    for (const [id, row] of this.#state.audio) {
      if (row.state === 'pending' && row.pending.createdAt < before) {
        this.#state.audio.set(id, { state: 'tombstone' })
      }
    }
    return [...this.#state.audio]
      .filter(([id, { state }]) => state === 'tombstone' && (after === undefined || id > after))
      .map(([id]) => id)
      .sort()
      .slice(0, limit)
  }

  async known(ids: readonly AudioId[]): Promise<ReadonlySet<AudioId>> {
    return new Set(ids.filter((id) => this.#state.audio.has(id)))
  }

  async isEmpty(): Promise<boolean> {
    return this.#state.audio.size === 0
  }
}
