import type { Actor } from '../actor.ts'
import type { AudioRepository } from '../audio/audio-repository.ts'
import { readDescription, readTitle } from '../audio/audio.ts'
import { makeRoom, type MakeRoomDependencies } from '../audio/make-room.ts'
import { secondsAfter, type Clock } from '../clock.ts'
import { NotAudio, NotAuthenticated, QuotaExceeded, UploadAborted } from '../errors.ts'
import { newAudioId, type AudioId, type IdGenerator } from '../ids.ts'
import type { IncidentReporter } from '../incident-reporter.ts'
import type { Retries } from '../retries.ts'
import { TextInput } from '../text-input.ts'
import type { UploadRepository } from './upload-repository.ts'
import type { Upload, UploadMetadata } from './upload.ts'

export interface BeginUploadDependencies extends MakeRoomDependencies {
  readonly audio: Pick<AudioRepository, 'insertPending' | 'reserve' | 'erase'>
  readonly uploads: Pick<UploadRepository, 'insert'>
  readonly incidents: IncidentReporter
  readonly retries: Retries
  readonly clock: Clock
  readonly ids: IdGenerator
  readonly uploadExpirySeconds: number
}

export interface BeginUploadInput {
  readonly actor: Actor
  /** `undefined`: it is told with a later part. */
  readonly lengthBytes: number | undefined
  readonly fileName?: string | undefined
  readonly title?: string | undefined
  readonly description?: string | undefined
  readonly metadata?: UploadMetadata
  readonly expectedSha256?: readonly string[]
}

/** From the last part on. */
export const defaultUploadExpirySeconds = 24 * 3600

export class BeginUpload {
  readonly #deps: BeginUploadDependencies

  constructor(deps: BeginUploadDependencies) {
    this.#deps = deps
  }

  /**
   * Opens an upload of no bytes yet. Its room in the quota is taken from now on, so that what was begun can
   * be finished.
   * @throws NotAudio for a length of 0; ContentTooLarge, QuotaExceeded, InvalidInput, NotAuthenticated,
   *   UploadAborted
   */
  async execute(input: BeginUploadInput): Promise<Upload> {
    const { audio, uploads, defaultQuota } = this.#deps
    if (input.lengthBytes === 0) throw new NotAudio('empty')
    const upload = this.#open(input)
    const inserted = await audio.insertPending(upload, defaultQuota).catch((error: unknown) => {
      // Not now: where only the answer got lost, the row may be there or still be coming.
      this.#eraseLater(upload.id)
      throw error
    })
    if (inserted === 'owner-absent') throw new NotAuthenticated()
    if (inserted === 'quota-exceeded') throw new QuotaExceeded('files')
    try {
      await makeRoom(this.#deps, upload.id, exactly(input.lengthBytes))
      if ((await uploads.insert(upload)) === 'not-pending') throw new UploadAborted()
      return upload
    } catch (error) {
      await audio.erase(upload.id).catch(() => {
        this.#eraseLater(upload.id)
      })
      throw error
    }
  }

  /** Nobody knows the upload yet, so that it may go whatever has become of it. */
  #eraseLater(id: AudioId): void {
    const { audio, retries, incidents } = this.#deps
    retries.later(
      () => audio.erase(id),
      (cause) => {
        incidents.report({ kind: 'content_left_behind', audioId: id, cause })
      },
    )
  }

  #open({
    actor,
    lengthBytes,
    fileName,
    title,
    description,
    metadata = {},
    expectedSha256 = [],
  }: BeginUploadInput): Upload {
    const { clock, ids, uploadExpirySeconds } = this.#deps
    // Refused now, not after hours of sending.
    const input = new TextInput()
    const words = {
      title: title === undefined || title.trim() === '' ? undefined : readTitle(input, title),
      description: description === undefined ? undefined : readDescription(input, description),
    }
    input.refuseIssues()
    const createdAt = clock.now()
    return {
      id: newAudioId(ids),
      ownerId: actor.userId,
      lengthBytes,
      offsetBytes: 0,
      // Nothing that cleaning would keep, and no database takes it.
      fileName: fileName?.replaceAll('\0', ''),
      ...words,
      metadata,
      expectedSha256,
      createdAt,
      expiresAt: secondsAfter(createdAt, uploadExpirySeconds),
      audioId: undefined,
    }
  }
}

const exactly = (bytes: number | undefined) =>
  bytes === undefined ? undefined : { atLeastBytes: bytes, atMostBytes: bytes }
