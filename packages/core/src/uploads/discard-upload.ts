import { removeContents, type RemoveContentDependencies } from '../audio/remove-content.ts'
import type { UploadRepository } from './upload-repository.ts'
import type { Upload } from './upload.ts'

export interface DiscardUploadDependencies extends RemoveContentDependencies {
  readonly uploads: Pick<UploadRepository, 'remove'>
}

/** Gives an open upload up with all that has come of it. What cannot be removed now is left to the sweep. */
export async function discardUpload(
  deps: DiscardUploadDependencies,
  { id, ownerId }: Pick<Upload, 'id' | 'ownerId'>,
): Promise<'discarded' | 'absent'> {
  const removed = await deps.uploads.remove(id, ownerId)
  if (removed === 'absent') return 'absent'
  await removeContents(deps, removed.tombstones)
  return 'discarded'
}
