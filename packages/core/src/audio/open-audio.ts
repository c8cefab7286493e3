import type { Readable } from 'node:stream'
import type { Actor } from '../actor.ts'
import { AudioNotFound, ContentMissing } from '../errors.ts'
import type { AudioId } from '../ids.ts'
import type { IncidentReporter } from '../incident-reporter.ts'
import type { Audio } from './audio.ts'
import type { AudioContentStore, ByteRange } from './audio-content-store.ts'
import type { AudioRepository } from './audio-repository.ts'
import type { ContentHandle, ContentHandles } from './content-handles.ts'

export interface OpenAudioDependencies {
  readonly audio: Pick<AudioRepository, 'find'>
  readonly contents: Pick<AudioContentStore, 'open'> & Partial<ContentHandles>
  readonly incidents: IncidentReporter
}

export interface OpenedAudio {
  readonly audio: Audio
  /** Opens the bytes; not called, nothing is opened. The caller destroys what it does not read. */
  readonly content: (range?: ByteRange) => Promise<Readable>
  /** Absent where the store offers no handles. The caller releases it. */
  readonly acquire?: () => Promise<ContentHandle>
}

export class OpenAudio {
  readonly #deps: OpenAudioDependencies

  constructor(deps: OpenAudioDependencies) {
    this.#deps = deps
  }

  /**
   * @throws AudioNotFound also for somebody else's; `content` and `acquire` throw it where the audio is deleted meanwhile,
   * and `ContentMissing` where its bytes are not there
   */
  async execute({ actor, id }: { readonly actor: Actor; readonly id: AudioId }): Promise<OpenedAudio> {
    const audio = await this.#deps.audio.find(id)
    if (audio?.ownerId !== actor.userId) throw new AudioNotFound()
    return {
      audio,
      content: (range) => this.#open(id, range),
      ...(this.#deps.contents.acquire && { acquire: () => this.#acquire(audio) }),
    }
  }

  async #open(id: AudioId, range: ByteRange | undefined): Promise<Readable> {
    return (await this.#deps.contents.open(id, range)) ?? this.#missing(id)
  }

  async #acquire({ id, content }: Audio): Promise<ContentHandle> {
    const handle = (await this.#deps.contents.acquire?.(id)) ?? (await this.#missing(id))
    if (handle.sizeBytes === content.sizeBytes) return handle
    handle.release()
    return this.#missing(id, new Error(`It has ${handle.sizeBytes} bytes instead of ${content.sizeBytes}`))
  }

  async #missing(audioId: AudioId, cause?: Error): Promise<never> {
    if (!(await this.#deps.audio.find(audioId))) throw new AudioNotFound()
    this.#deps.incidents.report({ kind: 'content_missing', audioId, cause })
    throw new ContentMissing()
  }
}
