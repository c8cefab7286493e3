import type { Audio } from '../audio/audio.ts'
import { relevanceOf } from '../audio/audio-search.ts'
import {
  shareOfFreeRoom,
  type AudioChanges,
  type AudioFilter,
  type AudioPage,
  type AudioPageRequest,
  type AudioRepository,
  type PendingAudio,
  type Reserved,
  type Room,
} from '../audio/audio-repository.ts'
import type { KeyedRequest } from '../idempotency/keyed-request.ts'
import type { AudioId, UserId } from '../ids.ts'
import { mostCountedBytes, type Quota } from '../users/quota.ts'
import { quotaOf, usageOf } from './in-memory-quota-repository.ts'
import { audioPage } from './audio-page.ts'
import { buryAudio, type InMemoryState } from './in-memory-state.ts'

/** No method awaits anything between its first read and its last write, so each is atomic. */
export class InMemoryAudioRepository implements AudioRepository {
  readonly #state: InMemoryState

  constructor(state: InMemoryState) {
    this.#state = state
  }

  async insertPending(
    pending: PendingAudio,
    defaults: Quota,
  ): Promise<'inserted' | 'owner-absent' | 'quota-exceeded'> {
    const { ownerId } = pending
    if (!this.#state.users.has(ownerId)) return 'owner-absent'
    const { usedFiles, reservedFiles } = usageOf(this.#state, ownerId)
    if (usedFiles + reservedFiles >= (quotaOf(this.#state, ownerId, defaults).files ?? Infinity)) {
      return 'quota-exceeded'
    }
    if (pending.madeFor) this.#forgetRequest(pending.madeFor)
    this.#state.audio.set(pending.id, { state: 'pending', pending, reservedBytes: 0 })
    return 'inserted'
  }

  async reserve(id: AudioId, { atLeastBytes, atMostBytes }: Room, defaults: Quota): Promise<Reserved> {
    const row = this.#state.audio.get(id)
    if (row?.state !== 'pending') return 'not-pending'
    const { ownerId } = row.pending
    const { usedBytes, reservedBytes } = usageOf(this.#state, ownerId)
    const quota = quotaOf(this.#state, ownerId, defaults).bytes ?? mostCountedBytes
    const free = quota - (usedBytes + reservedBytes - row.reservedBytes)
    const needed = Math.max(row.reservedBytes, atLeastBytes)
    if (needed > free && needed > row.reservedBytes)
      return usedBytes + atLeastBytes <= quota ? 'quota-contended' : 'quota-exceeded'
    const share = Math.floor(Math.max(0, free - needed) / shareOfFreeRoom)
    const granted = Math.max(needed, Math.min(atMostBytes, needed + share))
    this.#state.audio.set(id, { ...row, reservedBytes: granted })
    return granted
  }

  async touch(id: AudioId, now: Date): Promise<void> {
    const row = this.#state.audio.get(id)
    if (row?.state === 'pending') this.#state.audio.set(id, { ...row, touchedAt: now })
  }

  async markReady(audio: Audio): Promise<'ready' | 'not-pending' | { readonly madeBefore: Audio }> {
    const row = this.#state.audio.get(audio.id)
    if (row?.state !== 'pending') return 'not-pending'
    const madeFor = row.pending.madeFor?.id
    const madeBefore = madeFor === undefined ? undefined : this.#findMadeFor(madeFor)
    if (madeBefore) return { madeBefore }
    this.#state.audio.set(audio.id, { state: 'ready', audio, madeFor })
    return 'ready'
  }

  async find(id: AudioId): Promise<Audio | undefined> {
    return this.#findReady(id)
  }

  async findMadeFor({ id, since }: KeyedRequest): Promise<Audio | undefined> {
    const audio = this.#findMadeFor(id)
    return audio && audio.createdAt > since ? audio : undefined
  }

  // Four parameters by the port.
  // eslint-disable-next-line max-params
  async update(id: AudioId, ownerId: UserId, changes: AudioChanges, now: Date): Promise<Audio | undefined> {
    const row = this.#state.audio.get(id)
    if (row?.state !== 'ready' || row.audio.ownerId !== ownerId) return undefined
    const audio = { ...row.audio, ...changes, updatedAt: now }
    this.#state.audio.set(id, { ...row, audio })
    return audio
  }

  async bury(id: AudioId, ownerId: UserId): Promise<boolean> {
    if (this.#findReady(id)?.ownerId !== ownerId) return false
    buryAudio(this.#state, id)
    return true
  }

  async abandon(id: AudioId): Promise<'abandoned' | 'ready'> {
    if (this.#findReady(id)) return 'ready'
    this.#state.audio.delete(id)
    return 'abandoned'
  }

  async erase(id: AudioId): Promise<void> {
    this.#state.audio.delete(id)
  }

  async list(ownerId: UserId, page: AudioPageRequest, filter: AudioFilter): Promise<AudioPage> {
    const found = [...this.#state.audio.values()]
      .flatMap((row) => (row.state === 'ready' ? [row.audio] : []))
      .filter((audio) => audio.ownerId === ownerId && passes(audio, filter))
    return audioPage(found, page, filter)
  }

  #findReady(id: AudioId): Audio | undefined {
    const row = this.#state.audio.get(id)
    return row?.state === 'ready' ? row.audio : undefined
  }

  #findMadeFor(requestId: string): Audio | undefined {
    for (const row of this.#state.audio.values())
      if (row.state === 'ready' && row.madeFor === requestId) return row.audio
    return undefined
  }

  /** That of an earlier request under the same key. */
  #forgetRequest({ id, since }: KeyedRequest): void {
    for (const [audioId, row] of this.#state.audio)
      if (row.state === 'ready' && row.madeFor === id && row.audio.createdAt <= since)
        this.#state.audio.set(audioId, { ...row, madeFor: undefined })
  }
}

function passes(audio: Audio, { search, contentType, createdFrom, createdBefore }: AudioFilter): boolean {
  const { media, createdAt } = audio
  return (
    (search === undefined || relevanceOf(audio, search) !== undefined) &&
    (contentType === undefined || media.contentType === contentType) &&
    (createdFrom === undefined || createdAt >= createdFrom) &&
    (createdBefore === undefined || createdAt < createdBefore)
  )
}
