import type { Audio } from '../audio/audio.ts'
import type { AudioInventory, ReadyContent } from '../audio/audio-inventory.ts'
import type { AudioId } from '../ids.ts'
import type { InMemoryState } from './in-memory-state.ts'

export class InMemoryAudioInventory implements AudioInventory {
  readonly #state: InMemoryState

  constructor(state: InMemoryState) {
    this.#state = state
  }

  async readyAfter(after: AudioId | undefined, limit: number): Promise<readonly ReadyContent[]> {
    return [...this.#state.audio.values()]
      .flatMap((row) => (row.state === 'ready' ? [readyContentOf(row.audio)] : []))
      .filter(({ id }) => after === undefined || id > after)
      .sort((a, b) => (a.id < b.id ? -1 : 1))
      .slice(0, limit)
  }
}

const readyContentOf = ({ id, ownerId, content }: Audio): ReadyContent => ({ id, ownerId, ...content })
