import type { Actor } from '../actor.ts'
import { UploadNotFound } from '../errors.ts'
import type { AudioId } from '../ids.ts'
import { discardUpload, type DiscardUploadDependencies } from './discard-upload.ts'

export class CancelUpload {
  readonly #deps: DiscardUploadDependencies

  constructor(deps: DiscardUploadDependencies) {
    this.#deps = deps
  }

  /** @throws UploadNotFound also for one that has become audio: that is deleted as such */
  async execute({ actor, id }: { readonly actor: Actor; readonly id: AudioId }): Promise<void> {
    const discarded = await discardUpload(this.#deps, { id, ownerId: actor.userId })
    if (discarded === 'absent') throw new UploadNotFound()
  }
}
