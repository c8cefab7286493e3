import type { AudioContentStore } from './audio-content-store.ts'
import type { AudioInventory } from './audio-inventory.ts'
import type { AudioLeftovers } from './audio-repository.ts'

export interface IsCounterpartDependencies {
  readonly leftovers: Pick<AudioLeftovers, 'isEmpty'>
  readonly inventory: AudioInventory
  readonly contents: Pick<AudioContentStore, 'stat'>
}

/** So that a few that were lost tell nothing. */
const askedFor = 200

/**
 * Whether the store is that of the database: it has the content of one of the oldest ready audio at least. Where none is ready,
 * nothing speaks against it but a database without any audio. Only then are contents without a row to be removed: of a
 * database or a store that was mistaken for another, all of them would be.
 */
export async function isCounterpart(deps: IsCounterpartDependencies): Promise<boolean> {
  const oldest = await deps.inventory.readyAfter(undefined, askedFor)
  for (const { id } of oldest) {
    // What cannot be asked about says nothing of the others.
    if (await deps.contents.stat(id).catch(() => undefined)) return true
  }
  return oldest.length === 0 && !(await deps.leftovers.isEmpty())
}
