import type { AudioContentStore } from './audio-content-store.ts'
import type { AudioInventory } from './audio-inventory.ts'

export interface KnownContentDependencies {
  readonly inventory: AudioInventory
  readonly contents: Pick<AudioContentStore, 'stat'>
}

/** So that a few that were lost tell nothing. */
const askedFor = 200

/**
 * Whether the store has the content of one of the oldest ready audio; `undefined` where none is ready. `false`: database or store
 * was mistaken for another.
 */
export async function hasKnownContent({
  inventory,
  contents,
}: KnownContentDependencies): Promise<boolean | undefined> {
  const oldest = await inventory.readyAfter(undefined, askedFor)
  for (const { id } of oldest) {
    // What cannot be asked about says nothing of the others.
    if (await contents.stat(id).catch(() => undefined)) return true
  }
  return oldest.length === 0 ? undefined : false
}
