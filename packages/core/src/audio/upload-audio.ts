import type { Actor } from '../actor.ts'
import type { Clock } from '../clock.ts'
import { NotAuthenticated } from '../errors.ts'
import { newAudioId, type AudioId, type IdGenerator } from '../ids.ts'
import type { IncidentReporter } from '../incident-reporter.ts'
import type { Audio } from './audio.ts'
import type { AudioContentStore } from './audio-content-store.ts'
import type { AudioProbe } from './audio-probe.ts'
import type { AudioRepository } from './audio-repository.ts'
import type { AudioSniffer } from './audio-sniffer.ts'
import { describeContent, type AudioDetails } from './describe-content.ts'
import { inspectContent } from './inspect-content.ts'

export interface UploadAudioDependencies {
  readonly audio: Pick<AudioRepository, 'insertPending' | 'markReady' | 'erase'>
  readonly contents: Pick<AudioContentStore, 'write' | 'open' | 'remove'>
  readonly sniffer: AudioSniffer
  readonly probe: AudioProbe
  readonly incidents: IncidentReporter
  readonly clock: Clock
  readonly ids: IdGenerator
  readonly maxUploadBytes: number
}

export interface UploadAudioInput {
  readonly actor: Actor
  /** What the client calls the file; cleaned here. */
  readonly fileName: string | undefined
  readonly content: AsyncIterable<Uint8Array>
  /** Asked for once the content has been stored: in a multipart body the fields may follow the file. */
  readonly details: () => Promise<AudioDetails>
}

export class UploadAudio {
  readonly #deps: UploadAudioDependencies

  constructor(deps: UploadAudioDependencies) {
    this.#deps = deps
  }

  /**
   * Resolves when the bytes are on stable storage and the row is committed. Any failure before that removes both;
   * what a crash leaves is invisible and removed by the sweep.
   * @throws NotAudio, UnsupportedAudio, ContentTooLarge, StorageFull, StorageUnavailable, InvalidInput, NotAuthenticated
   */
  async execute(input: UploadAudioInput): Promise<Audio> {
    const id = newAudioId(this.#deps.ids)
    const createdAt = this.#deps.clock.now()
    const pending = { id, ownerId: input.actor.userId, createdAt }
    if ((await this.#deps.audio.insertPending(pending)) === 'owner-absent') throw new NotAuthenticated()
    try {
      return await this.#store(pending, input)
    } catch (error) {
      await this.#discard(id)
      throw error
    }
  }

  async #store(
    pending: Pick<Audio, 'id' | 'ownerId' | 'createdAt'>,
    { content, fileName, details }: UploadAudioInput,
  ): Promise<Audio> {
    const { audio, contents, sniffer, maxUploadBytes } = this.#deps
    const inspected = inspectContent(content, { sniffer, limitBytes: maxUploadBytes })
    await contents.write(pending.id, inspected.bytes)
    const { format, ...facts } = inspected.facts()
    const ready = await describeContent(this.#deps, { ...pending, content: facts, format, fileName, details })
    // Gone only together with its owner, or given up by the sweep after a day.
    if ((await audio.markReady(ready)) === 'not-pending') throw new NotAuthenticated()
    return ready
  }

  /** The row first: were it committed after all (a lost reply), it must not outlive its bytes. */
  async #discard(id: AudioId): Promise<void> {
    try {
      await this.#deps.audio.erase(id)
      await this.#deps.contents.remove(id)
    } catch (cause) {
      this.#deps.incidents.report({ kind: 'content_left_behind', audioId: id, cause })
    }
  }
}
