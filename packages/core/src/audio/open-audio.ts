import type { Readable } from 'node:stream'
import type { Actor } from '../actor.ts'
import { AudioNotFound, ContentMissing } from '../errors.ts'
import type { AudioId } from '../ids.ts'
import type { IncidentReporter } from '../incident-reporter.ts'
import type { Audio } from './audio.ts'
import type { AudioContentStore, ByteRange } from './audio-content-store.ts'
import type { AudioRepository } from './audio-repository.ts'

export interface OpenAudioDependencies {
  readonly audio: Pick<AudioRepository, 'find'>
  readonly contents: Pick<AudioContentStore, 'open'>
  readonly incidents: IncidentReporter
}

export interface OpenedAudio {
  readonly audio: Audio
  /** Opens the bytes; not called, nothing is opened. The caller destroys what it does not read. */
  readonly content: (range?: ByteRange) => Promise<Readable>
}

export class OpenAudio {
  readonly #deps: OpenAudioDependencies

  constructor(deps: OpenAudioDependencies) {
    this.#deps = deps
  }

  /** @throws AudioNotFound also for somebody else's; `content` throws it where the audio is deleted meanwhile */
  async execute({ actor, id }: { readonly actor: Actor; readonly id: AudioId }): Promise<OpenedAudio> {
    const audio = await this.#deps.audio.find(id)
    if (audio?.ownerId !== actor.userId) throw new AudioNotFound()
    return { audio, content: (range) => this.#open(id, range) }
  }

  async #open(id: AudioId, range: ByteRange | undefined): Promise<Readable> {
    const content = await this.#deps.contents.open(id, range)
    if (content) return content
    if (!(await this.#deps.audio.find(id))) throw new AudioNotFound()
    this.#deps.incidents.report({ kind: 'content_missing', audioId: id, cause: undefined })
    throw new ContentMissing()
  }
}
