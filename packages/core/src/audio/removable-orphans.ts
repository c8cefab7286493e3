import type { AudioContentStore, StoredContent } from './audio-content-store.ts'
import type { AudioInventory } from './audio-inventory.ts'
import type { AudioLeftovers } from './audio-repository.ts'

export interface KnownContentDependencies {
  readonly inventory: AudioInventory
  readonly contents: Pick<AudioContentStore, 'stat'>
}

export interface RemovableOrphansDependencies extends KnownContentDependencies {
  readonly leftovers: Pick<AudioLeftovers, 'isEmpty' | 'beganAt'>
}

/** So that a few that were lost tell nothing. */
const askedFor = 200

/**
 * Which contents without a row are to be removed: of a database or a store that was mistaken for another, all contents
 * look like that. So none, unless the store has the content of one of the oldest ready audio; and none that was written
 * before this database began, for it did not leave that behind: it belongs to one that was lost, and that may be restored.
 */
export async function removableOrphans(
  deps: RemovableOrphansDependencies,
): Promise<(orphan: StoredContent) => boolean> {
  if (!(await isCounterpart(deps))) return () => false
  const beganAt = await deps.leftovers.beganAt()
  return ({ writtenAt }) => writtenAt >= beganAt
}

/** Where no audio is ready, nothing speaks against it but a database without any. */
const isCounterpart = async (deps: RemovableOrphansDependencies): Promise<boolean> =>
  (await hasKnownContent(deps)) ?? !(await deps.leftovers.isEmpty())

/** Whether the store has the content of one of the oldest ready audio; `undefined` where none is ready. */
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
