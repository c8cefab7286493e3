import type { Actor } from '../actor.ts'
import type { AudioFilter, AudioPage, AudioPageRequest, AudioRepository } from './audio-repository.ts'

export interface ListAudioDependencies {
  readonly audio: Pick<AudioRepository, 'list'>
}

/** A page of the actor's own audio. */
export class ListAudio {
  readonly #deps: ListAudioDependencies

  constructor(deps: ListAudioDependencies) {
    this.#deps = deps
  }

  execute(input: {
    readonly actor: Actor
    readonly page: AudioPageRequest
    readonly filter: AudioFilter
  }): Promise<AudioPage> {
    return this.#deps.audio.list(input.actor.userId, input.page, input.filter)
  }
}
