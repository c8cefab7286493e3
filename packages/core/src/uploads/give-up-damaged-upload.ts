import { hasKnownContent, type KnownContentDependencies } from '../audio/known-content.ts'
import { UploadDamaged } from '../errors.ts'
import type { UploadFinding } from './check-upload-parts.ts'
import { discardUpload, type DiscardUploadDependencies } from './discard-upload.ts'
import type { Upload } from './upload.ts'

export type GiveUpDamagedUploadDependencies = DiscardUploadDependencies & KnownContentDependencies

/** Gives up an upload that an operator's check found damaged. Its client asks for the offset, is told 404 and begins anew. */
export class GiveUpDamagedUpload {
  readonly #deps: GiveUpDamagedUploadDependencies

  constructor(deps: GiveUpDamagedUploadDependencies) {
    this.#deps = deps
  }

  /** `kept`: what cannot be read may yet be whole, and so may all be where the store is none of this database. `absent`: it has become audio meanwhile, or is gone. */
  async execute(upload: UploadFinding): Promise<'discarded' | 'kept' | 'absent'> {
    const lost = upload.parts.find(({ found }) => found !== 'unreadable')
    if (!lost || (await hasKnownContent(this.#deps)) === false) return 'kept'
    const found = lost.found === 'missing' ? 'missing' : 'corrupt'
    return discardDamaged(this.#deps, upload, new UploadDamaged(found, lost.id))
  }
}

/** Only the client has the bytes that are lost. The operator is told once, by whoever it is that gives the upload up. */
export async function discardDamaged(
  deps: DiscardUploadDependencies,
  upload: Pick<Upload, 'id' | 'ownerId'>,
  damage: UploadDamaged,
): Promise<'discarded' | 'absent'> {
  if ((await discardUpload(deps, upload)) === 'absent') return 'absent'
  const kind = damage.found === 'missing' ? 'content_missing' : 'content_damaged'
  deps.incidents.report({ kind, audioId: upload.id, cause: damage })
  return 'discarded'
}
