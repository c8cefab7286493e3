import type { Actor } from '../actor.ts'
import { AudioNotFound } from '../errors.ts'
import type { AudioId } from '../ids.ts'
import type { AudioRepository } from './audio-repository.ts'
import { removeContent, type RemoveContentDependencies } from './remove-content.ts'

export interface DeleteAudioDependencies extends RemoveContentDependencies {
  readonly audio: Pick<AudioRepository, 'bury' | 'erase'>
}

export class DeleteAudio {
  readonly #deps: DeleteAudioDependencies

  constructor(deps: DeleteAudioDependencies) {
    this.#deps = deps
  }

  /** @throws AudioNotFound also for somebody else's */
  async execute({ actor, id }: { readonly actor: Actor; readonly id: AudioId }): Promise<void> {
    if (!(await this.#deps.audio.bury(id, actor.userId))) throw new AudioNotFound()
    await removeContent(this.#deps, id)
  }
}
