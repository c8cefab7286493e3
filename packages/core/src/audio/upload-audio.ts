import type { Actor } from '../actor.ts'
import type { Clock } from '../clock.ts'
import {
  DigestMismatch,
  IdempotencyKeyReused,
  NotAuthenticated,
  QuotaExceeded,
  UploadAborted,
} from '../errors.ts'
import type { KeyedRequest } from '../idempotency/keyed-request.ts'
import { newAudioId, type AudioId, type IdGenerator } from '../ids.ts'
import type { IncidentReporter } from '../incident-reporter.ts'
import type { Retries } from '../retries.ts'
import type { Quota } from '../users/quota.ts'
import type { Audio, ContentFacts } from './audio.ts'
import type { AudioContentStore } from './audio-content-store.ts'
import type { AudioProbe } from './audio-probe.ts'
import type { AudioRepository, PendingAudio, Room } from './audio-repository.ts'
import type { AudioSniffer } from './audio-sniffer.ts'
import { describeContent, type AudioDetails } from './describe-content.ts'
import { inspectContent } from './inspect-content.ts'
import { keepAlive } from './keep-alive.ts'
import { makeRoom } from './make-room.ts'

export interface UploadAudioDependencies {
  readonly audio: Pick<
    AudioRepository,
    'insertPending' | 'reserve' | 'touch' | 'markReady' | 'abandon' | 'find' | 'findMadeFor'
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
  /** Where it may come again: what one attempt has made, all others answer. */
  readonly madeFor?: KeyedRequest | undefined
}

type NewAudio = Pick<Audio, 'id' | 'ownerId' | 'createdAt'>

export class UploadAudio {
  readonly #deps: UploadAudioDependencies

  constructor(deps: UploadAudioDependencies) {
    this.#deps = deps
  }

  /**
   * Resolves when the bytes are on stable storage and the row is committed. Any failure before that removes
   * both, if need be a little later; what a crash leaves is invisible and removed by the sweep.
   * @throws NotAudio, UnsupportedAudio, ContentTooLarge, DigestMismatch, QuotaExceeded, StorageFull,
   *   StorageUnavailable, InvalidInput, NotAuthenticated, UploadAborted; IdempotencyKeyReused where an
   *   earlier attempt of the request had other content
   */
  async execute(input: UploadAudioInput): Promise<Audio> {
    const { madeFor } = input
    const madeBefore = madeFor && (await this.#deps.audio.findMadeFor(madeFor))
    if (madeBefore) return this.#readAgain(madeBefore, input)
    const id = newAudioId(this.#deps.ids)
    const createdAt = this.#deps.clock.now()
    const pending = { id, ownerId: input.actor.userId, createdAt }
    await this.#insertPending({ ...pending, madeFor })
    try {
      const stored = await this.#store(pending, input)
      if (stored.id !== id) await this.#discard(id)
      return stored
    } catch (error) {
      const stored = await this.#discard(id)
      if (stored) return stored
      throw error
    }
  }

  async #insertPending(pending: PendingAudio): Promise<void> {
    const { audio, defaultQuota } = this.#deps
    const inserted = await audio.insertPending(pending, defaultQuota).catch((error: unknown) => {
      // Not now: where only the answer got lost, the row may be there or still be coming.
      this.#abandonLater(pending.id)
      throw error
    })
    if (inserted === 'owner-absent') throw new NotAuthenticated()
    if (inserted === 'quota-exceeded') throw new QuotaExceeded('files')
  }

  /** Stores nothing, so that a quota that the first attempt has used up does not refuse the second. */
  async #readAgain(
    madeBefore: Audio,
    { content, expectedSha256, details }: UploadAudioInput,
  ): Promise<Audio> {
    const { sniffer, maxUploadBytes } = this.#deps
    const inspected = inspectContent(content, { sniffer, limitBytes: maxUploadBytes })
    for await (const _ of inspected.bytes) continue
    const facts = inspected.facts()
    requireDigest(facts, expectedSha256)
    const same = sameAgain(madeBefore, facts)
    await details()
    return same
  }

  /** Resolves with another audio where an attempt of the same request was faster. */
  async #store(
    pending: NewAudio,
    { content, expected, expectedSha256, fileName, details }: UploadAudioInput,
  ): Promise<Audio> {
    const { audio, contents, sniffer, clock, maxUploadBytes } = this.#deps
    const room = await makeRoom(this.#deps, pending.id, expected?.())
    const showLife = keepAlive(clock, (now) => audio.touch(pending.id, now))
    const inspected = inspectContent(content, {
      sniffer,
      limitBytes: maxUploadBytes,
      makeRoom: (sizeBytes) => {
        showLife()
        return room(sizeBytes)
      },
    })
    await contents.write(pending.id, inspected.bytes)
    const { format, ...facts } = inspected.facts()
    requireDigest(facts, expectedSha256)
    const ready = await describeContent(this.#deps, { ...pending, content: facts, format, fileName, details })
    // Gone only together with its owner, or given up by a sweep that heard nothing of it for long.
    const marked = await audio.markReady(ready)
    if (marked === 'not-pending') throw new UploadAborted()
    return marked === 'ready' ? ready : sameAgain(marked.madeBefore, ready.content)
  }

  /** Resolves with the audio where it was committed after all. Tries again later where it cannot be removed now. */
  async #discard(id: AudioId): Promise<Audio | undefined> {
    try {
      return await this.#abandon(id)
    } catch {
      this.#abandonLater(id)
      return undefined
    }
  }

  #abandonLater(id: AudioId): void {
    const { retries, incidents } = this.#deps
    retries.later(
      () => this.#abandon(id),
      (cause) => {
        incidents.report({ kind: 'content_left_behind', audioId: id, cause })
      },
    )
  }

  /** The row first: where its commit is still under way, it must not outlive its bytes. */
  async #abandon(id: AudioId): Promise<Audio | undefined> {
    const { audio, contents } = this.#deps
    if ((await audio.abandon(id)) === 'ready') return audio.find(id)
    await contents.remove(id)
    return undefined
  }
}

function requireDigest({ sha256 }: ContentFacts, expected: readonly string[] = []): void {
  if (expected.some((told) => told !== sha256)) throw new DigestMismatch()
}

/** Title and description may have been changed since, so only the bytes tell whether it is the same request. */
function sameAgain(madeBefore: Audio, { sizeBytes, sha256 }: ContentFacts): Audio {
  const { content } = madeBefore
  if (content.sizeBytes !== sizeBytes || content.sha256 !== sha256) throw new IdempotencyKeyReused()
  return madeBefore
}
