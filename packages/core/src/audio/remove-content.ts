import type { AudioId } from '../ids.ts'
import type { IncidentReporter } from '../incident-reporter.ts'
import type { AudioContentStore } from './audio-content-store.ts'
import type { AudioRepository } from './audio-repository.ts'

export interface RemoveContentDependencies {
  readonly audio: Pick<AudioRepository, 'erase'>
  readonly contents: Pick<AudioContentStore, 'remove'>
  readonly incidents: IncidentReporter
}

/**
 * Removes the bytes behind a tombstone, then the tombstone. A failure is reported, not thrown:
 * nobody sees the audio any more, and the sweep finishes the work.
 */
export async function removeContent(
  deps: RemoveContentDependencies,
  id: AudioId,
): Promise<'removed' | 'left'> {
  try {
    await deps.contents.remove(id)
    await deps.audio.erase(id)
    return 'removed'
  } catch (cause) {
    deps.incidents.report({ kind: 'content_left_behind', audioId: id, cause })
    return 'left'
  }
}

/** An object store answers in tens of milliseconds, and an upload may have had thousands of parts. */
const atOnce = 8

/** Several at once, and as `removeContent` each. */
export async function removeContents(
  deps: RemoveContentDependencies,
  ids: readonly AudioId[],
): Promise<void> {
  const left = ids.values()
  const removeNext = async (): Promise<void> => {
    for (const id of left) await removeContent(deps, id)
  }
  await Promise.all(Array.from({ length: atOnce }, removeNext))
}
