import type { AudioLeftovers, LeftoverRows } from '../audio/audio-repository.ts'
import type { AudioId } from '../ids.ts'
import { buryAudio, type AudioRow, type InMemoryState } from './in-memory-state.ts'

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
      if (isSilentSince(row, before)) buryAudio(this.#state, id)
    }
    return [...this.#state.audio]
      .filter(([id, { state }]) => state === 'tombstone' && (after === undefined || id > after))
      .map(([id]) => id)
      .sort()
      .slice(0, limit)
  }

  async count(silentSince: Date, buriedBefore: Date): Promise<LeftoverRows> {
    const rows = [...this.#state.audio.values()]
    return {
      stuckUploads: rows.filter((row) => isSilentSince(row, silentSince)).length,
      tombstones: rows.filter((row) => row.state === 'tombstone' && row.buriedAt < buriedBefore).length,
    }
  }

  async known(ids: readonly AudioId[]): Promise<ReadonlySet<AudioId>> {
    return new Set(ids.filter((id) => this.#state.audio.has(id)))
  }

  async isEmpty(): Promise<boolean> {
    return this.#state.audio.size === 0
  }
}

const isSilentSince = (row: AudioRow, moment: Date): boolean =>
  row.state === 'pending' && (row.touchedAt ?? row.pending.createdAt) < moment
