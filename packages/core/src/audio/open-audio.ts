import type { Readable } from 'node:stream'
import type { Actor } from '../actor.ts'
import { AudioNotFound, ContentDamaged, ContentMissing } from '../errors.ts'
import type { AudioId } from '../ids.ts'
import type { IncidentReporter } from '../incident-reporter.ts'
import type { Audio } from './audio.ts'
import type { AudioContentStore, ByteRange } from './audio-content-store.ts'
import type { AudioRepository } from './audio-repository.ts'
import type { ContentHandle, ContentHandles } from './content-handles.ts'
import { linkLifeSeconds, type ContentDelivery, type LinkTerms } from './content-links.ts'

export interface OpenAudioDependencies {
  readonly audio: Pick<AudioRepository, 'find'>
  readonly contents: Pick<AudioContentStore, 'open'> & Partial<ContentHandles>
  readonly incidents: IncidentReporter
  /** Absent: all bytes go through us. */
  readonly delivery?: ContentDelivery
}

export interface OpenedAudio {
  readonly audio: Audio
  /** Opens the bytes; not called, nothing is opened. The caller destroys what it does not read. */
  readonly content: (range?: ByteRange) => Promise<Readable>
  /** Throws what `content` would where the bytes are known to be missing or damaged: for who speaks of them and opens nothing. */
  readonly requireWhole: () => void
  /** Absent where the store offers no handles. The caller releases it. */
  readonly acquire?: () => Promise<ContentHandle>
  /** Where the client is to fetch the bytes instead; absent where it fetches them from us. */
  readonly link?: (shown: Omit<LinkTerms, 'expiresInSeconds'>) => Promise<URL>
  /** Which file the web server in front is to send (`ContentFiles.pathOf`); absent where it sends none. */
  readonly file?: () => Promise<string>
}

export class OpenAudio {
  readonly #deps: OpenAudioDependencies

  constructor(deps: OpenAudioDependencies) {
    this.#deps = deps
  }

  /**
   * @throws AudioNotFound also for somebody else's; `content` and `acquire` throw it where the audio is deleted meanwhile,
   * and `ContentMissing` or `ContentDamaged` where its bytes are not there or not whole; so does `file`, and `link` where that is known
   */
  async execute({ actor, id }: { readonly actor: Actor; readonly id: AudioId }): Promise<OpenedAudio> {
    const audio = await this.#deps.audio.find(id)
    if (audio?.ownerId !== actor.userId) throw new AudioNotFound()
    return {
      audio,
      content: (range) => this.#open(audio, range),
      requireWhole: () => {
        this.#refuseDamaged(audio)
      },
      ...(this.#deps.contents.acquire && { acquire: () => this.#acquire(audio) }),
      ...this.#linking(audio),
      ...this.#serving(audio),
    }
  }

  #linking(audio: Audio): Pick<OpenedAudio, 'link'> {
    const { links, linkSeconds = 0 } = this.#deps.delivery ?? {}
    if (!links) return {}
    const expiresInSeconds = linkLifeSeconds(linkSeconds, audio.media.durationSeconds)
    return {
      link: async (shown) => {
        this.#refuseDamaged(audio)
        return links.linkTo(audio.id, { ...shown, expiresInSeconds })
      },
    }
  }

  #serving(audio: Audio): Pick<OpenedAudio, 'file'> {
    const { files } = this.#deps.delivery ?? {}
    if (!files) return {}
    return {
      file: async () => {
        // Opened, so that a file that is missing or too short is found here, where somebody is told of it.
        if (this.#deps.contents.acquire) (await this.#acquire(audio)).release()
        else this.#refuseDamaged(audio)
        return files.pathOf(audio.id)
      },
    }
  }

  async #open(audio: Audio, range: ByteRange | undefined): Promise<Readable> {
    this.#refuseDamaged(audio)
    return (await this.#deps.contents.open(audio.id, range)) ?? this.#missing(audio.id)
  }

  async #acquire(audio: Audio): Promise<ContentHandle> {
    this.#refuseDamaged(audio)
    const { id, content } = audio
    const handle = (await this.#deps.contents.acquire?.(id)) ?? (await this.#missing(id))
    if (handle.sizeBytes === content.sizeBytes) return handle
    handle.release()
    return this.#missing(id, new Error(`It has ${handle.sizeBytes} bytes instead of ${content.sizeBytes}`))
  }

  /** Bytes that a check found damaged are not read again until one has found them whole. */
  #refuseDamaged({ id, damage }: Audio): void {
    if (damage === undefined) return
    const kind = damage === 'missing' ? 'content_missing' : 'content_damaged'
    this.#deps.incidents.report({ kind, audioId: id, cause: undefined })
    throw damage === 'missing' ? new ContentMissing() : new ContentDamaged()
  }

  async #missing(audioId: AudioId, cause?: Error): Promise<never> {
    if (!(await this.#deps.audio.find(audioId))) throw new AudioNotFound()
    this.#deps.incidents.report({ kind: 'content_missing', audioId, cause })
    throw new ContentMissing()
  }
}
