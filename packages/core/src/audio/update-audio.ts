import type { Actor } from '../actor.ts'
import type { Clock } from '../clock.ts'
import { AudioNotFound } from '../errors.ts'
import type { AudioId } from '../ids.ts'
import { TextInput } from '../text-input.ts'
import { readDescription, readTitle, type Audio } from './audio.ts'
import type { AudioRepository } from './audio-repository.ts'

export interface UpdateAudioDependencies {
  readonly audio: Pick<AudioRepository, 'update'>
  readonly clock: Clock
}

export interface UpdateAudioInput {
  readonly actor: Actor
  readonly id: AudioId
  readonly title?: string | undefined
  readonly description?: string | undefined
}

export class UpdateAudio {
  readonly #deps: UpdateAudioDependencies

  constructor(deps: UpdateAudioDependencies) {
    this.#deps = deps
  }

  /** @throws AudioNotFound also for somebody else's, InvalidInput */
  async execute({ actor, id, title, description }: UpdateAudioInput): Promise<Audio> {
    const input = new TextInput()
    const changes = {
      ...(title !== undefined && { title: readTitle(input, title) }),
      ...(description !== undefined && { description: readDescription(input, description) }),
    }
    input.refuseIssues()
    const audio = await this.#deps.audio.update(id, actor.userId, changes, this.#deps.clock.now())
    if (!audio) throw new AudioNotFound()
    return audio
  }
}
