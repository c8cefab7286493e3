import type { Actor } from '../actor.ts'
import type { AudioContentStore } from '../audio/audio-content-store.ts'
import type { AudioSniffer } from '../audio/audio-sniffer.ts'
import { keepAlive, keptAlive } from '../audio/keep-alive.ts'
import { makeRoom, type MakeRoomDependencies } from '../audio/make-room.ts'
import { secondsAfter } from '../clock.ts'
import {
  InvalidInput,
  NotAudio,
  UnsupportedAudio,
  UploadNotFound,
  UploadOffsetConflict,
  UploadTooFragmented,
} from '../errors.ts'
import { newAudioId, type AudioId, type IdGenerator } from '../ids.ts'
import { discardUpload } from './discard-upload.ts'
import { finishUpload, type FinishUploadDependencies } from './finish-upload.ts'
import { defaultPartLimits, PartSource, type PartLimits, type TakenPart } from './part-source.ts'
import type { UploadRepository } from './upload-repository.ts'
import { isWhole, maxUploadParts, type Upload } from './upload.ts'

export interface AppendToUploadDependencies extends FinishUploadDependencies, MakeRoomDependencies {
  readonly audio: FinishUploadDependencies['audio'] & MakeRoomDependencies['audio']
  readonly uploads: UploadRepository
  readonly contents: AudioContentStore
  readonly sniffer: AudioSniffer
  readonly ids: IdGenerator
  readonly uploadExpirySeconds: number
}

export interface AppendToUploadInput {
  readonly actor: Actor
  readonly id: AudioId
  /** Where the content begins: how many bytes the client knows to be stored. */
  readonly offsetBytes: number
  readonly content: AsyncIterable<Uint8Array>
  /** How long the whole will be, for an upload that has not been told. */
  readonly lengthBytes?: number | undefined
  /** All of the content or nothing: for what a checksum of the client's covers. */
  readonly isAtomic?: boolean
}

export class AppendToUpload {
  readonly #deps: AppendToUploadDependencies
  readonly #partLimits: PartLimits

  constructor(deps: AppendToUploadDependencies, partLimits: PartLimits = defaultPartLimits) {
    this.#deps = deps
    this.#partLimits = partLimits
  }

  /**
   * Resolves when the bytes are on stable storage; the last ones make the upload audio before this resolves.
   * Where the source fails, what had come is kept all the same, and the failure is thrown. What can never
   * become audio takes the upload with it.
   * @throws UploadNotFound, UploadOffsetConflict, UploadTooFragmented, ContentTooLarge, UploadLengthExceeded,
   *   QuotaExceeded, NotAudio, UnsupportedAudio, DigestMismatch, UploadDamaged, UploadAborted, StorageFull,
   *   StorageUnavailable; InvalidInput for a second, other length and for one below the offset
   */
  async execute(input: AppendToUploadInput): Promise<Upload> {
    const { actor, id, offsetBytes, lengthBytes } = input
    const upload = await this.#find(input)
    if (upload.offsetBytes !== offsetBytes) throw new UploadOffsetConflict(upload)
    if (upload.audioId !== undefined) return upload
    if (lengthBytes !== undefined && lengthBytes !== (upload.lengthBytes ?? lengthBytes)) throw otherLength()
    if (lengthBytes !== undefined && upload.lengthBytes === undefined)
      await this.#makeRoomFor(upload, lengthBytes)
    const told = { ...upload, lengthBytes: upload.lengthBytes ?? lengthBytes }
    if (told.lengthBytes !== offsetBytes) await this.#receive(told, input)
    const after = await this.#declare(await this.#find({ actor, id }), lengthBytes)
    return isWhole(after) ? finishUpload(this.#deps, after, { isFresh: offsetBytes === 0 }) : after
  }

  async #find({
    actor,
    id,
  }: {
    readonly actor: Pick<Actor, 'userId'>
    readonly id: AudioId
  }): Promise<Upload> {
    const { uploads, clock } = this.#deps
    const upload = await uploads.find(id, actor.userId, clock.now())
    if (!upload) throw new UploadNotFound()
    return upload
  }

  async #makeRoomFor({ id, offsetBytes }: Upload, lengthBytes: number): Promise<void> {
    if (lengthBytes < offsetBytes) throw belowOffset(offsetBytes)
    await makeRoom(this.#deps, id, { atLeastBytes: lengthBytes, atMostBytes: lengthBytes })
  }

  /** Only where no part came that it was told with: a part that is refused takes the length with it. */
  async #declare(upload: Upload, lengthBytes: number | undefined): Promise<Upload> {
    if (lengthBytes === undefined || upload.lengthBytes !== undefined) return upload
    if (await this.#deps.uploads.declareLength(upload.id, lengthBytes)) return { ...upload, lengthBytes }
    // Another request has set the length or ended the upload.
    const now = await this.#find({ actor: { userId: upload.ownerId }, id: upload.id })
    if (now.lengthBytes !== lengthBytes) throw otherLength()
    return now
  }

  async #receive(
    upload: Upload,
    { content, offsetBytes, isAtomic = false }: AppendToUploadInput,
  ): Promise<void> {
    const { sniffer, maxUploadBytes } = this.#deps
    const room = await makeRoom(this.#deps, upload.id, undefined)
    const showLife = this.#keepAlive(upload)
    const source = new PartSource(content, {
      sniffer,
      offsetBytes,
      lengthBytes: upload.lengthBytes,
      limitBytes: maxUploadBytes,
      makeRoom: (sizeBytes) => {
        showLife()
        return upload.lengthBytes === undefined ? room(sizeBytes) : undefined
      },
      partLimits: this.#partLimits,
      isAtomic,
    })
    try {
      let end = offsetBytes
      while (await source.hasMore()) end += await this.#store(upload, { source, offsetBytes: end })
    } catch (error) {
      if (isHopeless(error)) await discardUpload(this.#deps, upload)
      throw error
    } finally {
      await source.close()
    }
    if (source.failure) throw source.failure
  }

  /** An upload that bytes come for does not expire before they are a part. */
  #keepAlive({ id }: Upload): () => void {
    const { uploads, clock, uploadExpirySeconds } = this.#deps
    return keepAlive(clock, (now) => uploads.touch(id, secondsAfter(now, uploadExpirySeconds)))
  }

  async #store(
    { id, lengthBytes }: Upload,
    { source, offsetBytes }: { readonly source: PartSource; readonly offsetBytes: number },
  ): Promise<number> {
    const { uploads, contents, ids, clock, uploadExpirySeconds } = this.#deps
    if ((await uploads.countParts(id)) >= maxUploadParts) throw new UploadTooFragmented(maxUploadParts)
    const partId = newAudioId(ids)
    let taken: TakenPart | undefined
    const content = source.take((part) => (taken = part))
    await contents.write(partId, keptAlive(this.#deps, partId, content))
    if (!taken) throw new Error('The store did not read the part to its end')
    // Where this throws, nobody knows whether the part counts: without a row its content is removed by the sweep.
    const appended = await uploads.append(
      id,
      { id: partId, offsetBytes, ...taken },
      { expiresAt: secondsAfter(clock.now(), uploadExpirySeconds), lengthBytes },
    )
    if (appended === 'appended') return taken.sizeBytes
    await contents.remove(partId)
    throw appended === 'absent' ? new UploadNotFound() : new UploadOffsetConflict()
  }
}

const belowOffset = (offsetBytes: number): InvalidInput =>
  new InvalidInput([
    {
      path: '/length',
      code: 'below_offset',
      message: `Upload-Length is less than the ${offsetBytes.toString()} bytes that are stored`,
    },
  ])

const otherLength = (): InvalidInput =>
  new InvalidInput([
    { path: '/length', code: 'already_known', message: 'The upload was begun with another length' },
  ])

/** These bytes stay what they are. */
const isHopeless = (error: unknown): boolean => error instanceof NotAudio || error instanceof UnsupportedAudio
