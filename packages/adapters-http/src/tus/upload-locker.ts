import { UploadBusy, type AudioId, type HeldUpload } from '@audiohost/core'
import type { Lock, Locker } from '@tus/server'
import type { UploadDataStore, UploadUseCases } from './upload-data-store.ts'

/** The id of an upload that nobody has heard of yet. */
export const newUpload = 'new'

/** One request at a time works on an upload, on whichever node; who comes later takes over. */
export class UploadLocker implements Locker {
  readonly #holdUpload: UploadUseCases['holdUpload']
  readonly #calls: UploadDataStore['calls']

  constructor({ holdUpload }: Pick<UploadUseCases, 'holdUpload'>, calls: UploadDataStore['calls']) {
    this.#holdUpload = holdUpload
    this.#calls = calls
  }

  newLock(id: string): Lock {
    const call = this.#calls.getStore()
    let held: HeldUpload | undefined
    return {
      lock: async () => {
        if (id === newUpload || !call) return
        // The tus server is not told: it would refuse the request for good, and does not hold the bytes.
        const onWanted = (): void => call.body?.interrupt(new UploadBusy())
        const { actor, gone: signal } = call
        held = await this.#holdUpload.execute({ actor, id: id as AudioId, onWanted, signal })
      },
      unlock: async () => held?.release(),
    }
  }
}
