import type { AudioLeftovers, LeftoverRows } from '../audio/audio-repository.ts'
import type { AudioId } from '../ids.ts'
import { buryAudio, type AudioRow, type InMemoryState } from './in-memory-state.ts'

type PendingRow = Extract<AudioRow, { readonly state: 'pending' }>

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
      if (this.#isSilentSince(row, before)) buryAudio(this.#state, id)
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
      stuckUploads: rows.filter((row) => this.#isSilentSince(row, silentSince)).length,
      tombstones: rows.filter((row) => row.state === 'tombstone' && row.buriedAt < buriedBefore).length,
    }
  }

  async isAlive(id: AudioId, since: Date): Promise<boolean> {
    const row = this.#state.audio.get(id)
    return row?.state === 'pending' && lastSignOf(row) >= since
  }

  async known(ids: readonly AudioId[]): Promise<ReadonlySet<AudioId>> {
    const parts = new Set(
      [...this.#state.uploads.values()].flatMap((upload) => upload.parts.map(({ id }) => id)),
    )
    return new Set(ids.filter((id) => this.#state.audio.has(id) || parts.has(id)))
  }

  async isEmpty(): Promise<boolean> {
    return this.#state.audio.size === 0
  }

  async beganAt(): Promise<Date> {
    return this.#state.beganAt
  }

  /** An upload in parts has a time of its own. */
  #isSilentSince(row: AudioRow, moment: Date): boolean {
    if (row.state !== 'pending' || this.#state.uploads.has(row.pending.id)) return false
    return lastSignOf(row) < moment
  }
}

const lastSignOf = ({ touchedAt, pending }: PendingRow): Date => touchedAt ?? pending.createdAt
