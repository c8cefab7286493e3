import type { Actor } from '../actor.ts'
import type { Clock } from '../clock.ts'
import { ContentTooLarge, DigestMismatch, NotAuthenticated, QuotaExceeded } from '../errors.ts'
import { newAudioId, type AudioId, type IdGenerator } from '../ids.ts'
import type { IncidentReporter } from '../incident-reporter.ts'
import type { Retries } from '../retries.ts'
import type { Quota } from '../users/quota.ts'
import type { Audio } from './audio.ts'
import type { AudioContentStore } from './audio-content-store.ts'
import type { AudioProbe } from './audio-probe.ts'
import type { AudioRepository, Room } from './audio-repository.ts'
import type { AudioSniffer } from './audio-sniffer.ts'
import { describeContent, type AudioDetails } from './describe-content.ts'
import { inspectContent } from './inspect-content.ts'
import { keepAlive } from './keep-alive.ts'

export interface UploadAudioDependencies {
  readonly audio: Pick<
    AudioRepository,
    'insertPending' | 'reserve' | 'touch' | 'markReady' | 'abandon' | 'find'
  >
  readonly contents: Pick<AudioContentStore, 'write' | 'open' | 'remove'>
  readonly sniffer: AudioSniffer
  readonly probe: AudioProbe
  readonly incidents: IncidentReporter
  readonly retries: Retries
  readonly clock: Clock
  readonly ids: IdGenerator
  readonly maxUploadBytes: number
  readonly defaultQuota: Quota
}

export interface UploadAudioInput {
  readonly actor: Actor
  /** What the client calls the file; cleaned here. */
  readonly fileName: string | undefined
  readonly content: AsyncIterable<Uint8Array>
  /** How large the content will be, as far as the client says; room for it is reserved before the first byte is read. */
  readonly expected?: () => Room | undefined
  /** What the bytes must sum up to, SHA-256 in lower-case hex. */
  readonly expectedSha256?: readonly string[]
  /** Asked for once the content has been stored: in a multipart body the fields may follow the file. */
  readonly details: () => Promise<AudioDetails>
}

/** How far ahead room is reserved where nobody says how much will come. */
const blockBytes = 8 * 1024 * 1024

export class UploadAudio {
  readonly #deps: UploadAudioDependencies

  constructor(deps: UploadAudioDependencies) {
    this.#deps = deps
  }

  /**
   * Resolves when the bytes are on stable storage and the row is committed. Any failure before that removes both, if need
   * be a little later; what a crash leaves is invisible and removed by the sweep.
   * @throws NotAudio, UnsupportedAudio, ContentTooLarge, DigestMismatch, QuotaExceeded, StorageFull, StorageUnavailable, InvalidInput, NotAuthenticated
   */
  async execute(input: UploadAudioInput): Promise<Audio> {
    const id = newAudioId(this.#deps.ids)
    const createdAt = this.#deps.clock.now()
    const pending = { id, ownerId: input.actor.userId, createdAt }
    const inserted = await this.#deps.audio.insertPending(pending, this.#deps.defaultQuota)
    if (inserted === 'owner-absent') throw new NotAuthenticated()
    if (inserted === 'quota-exceeded') throw new QuotaExceeded('files')
    try {
      return await this.#store(pending, input)
    } catch (error) {
      const stored = await this.#discard(id)
      if (stored) return stored
      throw error
    }
  }

  async #store(
    pending: Pick<Audio, 'id' | 'ownerId' | 'createdAt'>,
    { content, expected, expectedSha256, fileName, details }: UploadAudioInput,
  ): Promise<Audio> {
    const { audio, contents, sniffer, maxUploadBytes } = this.#deps
    const makeRoom = await this.#roomFor(pending.id, expected?.())
    const showLife = keepAlive(this.#deps, pending.id)
    const inspected = inspectContent(content, {
      sniffer,
      limitBytes: maxUploadBytes,
      makeRoom: (sizeBytes) => {
        showLife()
        return makeRoom(sizeBytes)
      },
    })
    await contents.write(pending.id, inspected.bytes)
    const { format, ...facts } = inspected.facts()
    if (expectedSha256?.some((sha256) => sha256 !== facts.sha256)) throw new DigestMismatch()
    const ready = await describeContent(this.#deps, { ...pending, content: facts, format, fileName, details })
    // Gone only together with its owner, or given up by a sweep that heard nothing of it for long.
    if ((await audio.markReady(ready)) === 'not-pending') throw new NotAuthenticated()
    return ready
  }

  /** Reserves what is expected, and returns what reserves more where more comes. */
  async #roomFor(
    id: AudioId,
    expected: Room | undefined,
  ): Promise<(sizeBytes: number) => Promise<void> | undefined> {
    const { audio, maxUploadBytes, defaultQuota } = this.#deps
    let reservedBytes = 0
    const reserve = async (room: Room): Promise<void> => {
      const reserved = await audio.reserve(id, room, defaultQuota)
      if (reserved === 'not-pending') throw new NotAuthenticated()
      if (reserved === 'quota-exceeded') throw new QuotaExceeded('bytes')
      reservedBytes = reserved
    }
    if (expected && expected.atLeastBytes > maxUploadBytes) throw new ContentTooLarge(maxUploadBytes)
    if (expected) await reserve(expected)
    return (sizeBytes) =>
      sizeBytes > reservedBytes
        ? reserve({ atLeastBytes: sizeBytes, atMostBytes: sizeBytes + blockBytes })
        : undefined
  }

  /** Resolves with the audio where it was committed after all. Tries again later where it cannot be removed now. */
  async #discard(id: AudioId): Promise<Audio | undefined> {
    const { retries, incidents } = this.#deps
    try {
      return await this.#abandon(id)
    } catch {
      retries.later(
        () => this.#abandon(id),
        (cause) => {
          incidents.report({ kind: 'content_left_behind', audioId: id, cause })
        },
      )
      return undefined
    }
  }

  /** The row first: where its commit is still under way, it must not outlive its bytes. */
  async #abandon(id: AudioId): Promise<Audio | undefined> {
    const { audio, contents } = this.#deps
    if ((await audio.abandon(id)) === 'ready') return audio.find(id)
    await contents.remove(id)
    return undefined
  }
}
