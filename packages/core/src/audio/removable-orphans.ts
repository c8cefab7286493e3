import type { StoredContent } from './audio-content-store.ts'
import type { AudioLeftovers } from './audio-repository.ts'
import { hasKnownContent, type KnownContentDependencies } from './known-content.ts'

export interface RemovableOrphansDependencies extends KnownContentDependencies {
  readonly leftovers: Pick<AudioLeftovers, 'isEmpty' | 'beganAt'>
}

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
