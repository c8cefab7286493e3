import type { Actor } from '../actor.ts'
import { UploadNotFound } from '../errors.ts'
import type { AudioId } from '../ids.ts'
import { finishUpload, type FinishUploadDependencies } from './finish-upload.ts'
import { isWhole, type Upload } from './upload.ts'

export class FindUpload {
  readonly #deps: FinishUploadDependencies

  constructor(deps: FinishUploadDependencies) {
    this.#deps = deps
  }

  /**
   * How far the upload has come. One that has all its bytes and was kept from becoming audio, by a crash or by a store
   * that was away, becomes it now.
   * @throws UploadNotFound, and what finishing throws
   */
  async execute({ actor, id }: { readonly actor: Actor; readonly id: AudioId }): Promise<Upload> {
    const upload = await this.#deps.uploads.find(id, actor.userId, this.#deps.clock.now())
    if (!upload) throw new UploadNotFound()
    return isWhole(upload) ? finishUpload(this.#deps, upload) : upload
  }
}
