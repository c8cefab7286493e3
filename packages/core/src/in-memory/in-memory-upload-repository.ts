import type { Audio } from '../audio/audio.ts'
import type { AudioId, UserId } from '../ids.ts'
import type { UploadProgress, UploadRepository } from '../uploads/upload-repository.ts'
import type { Upload, UploadPart } from '../uploads/upload.ts'
import { buryAudio, type InMemoryState, type StoredUpload } from './in-memory-state.ts'

/** No method awaits anything between its first read and its last write, so each is atomic. */
export class InMemoryUploadRepository implements UploadRepository {
  readonly #state: InMemoryState

  constructor(state: InMemoryState) {
    this.#state = state
  }

  async insert(upload: Upload): Promise<'inserted' | 'not-pending'> {
    if (this.#state.audio.get(upload.id)?.state !== 'pending') return 'not-pending'
    this.#state.uploads.set(upload.id, { upload, parts: [] })
    return 'inserted'
  }

  async find(id: AudioId, ownerId: UserId, now: Date): Promise<Upload | undefined> {
    const upload = this.#find(id)?.upload
    return upload?.ownerId === ownerId && upload.expiresAt > now ? upload : undefined
  }

  async listParts(id: AudioId): Promise<readonly UploadPart[]> {
    return this.#find(id)?.parts ?? []
  }

  async countParts(id: AudioId): Promise<number> {
    return this.#find(id)?.parts.length ?? 0
  }

  async declareLength(id: AudioId, lengthBytes: number): Promise<boolean> {
    const stored = this.#find(id)
    if (!stored || stored.upload.lengthBytes !== undefined) return false
    this.#change(stored, { lengthBytes })
    return true
  }

  async append(
    id: AudioId,
    part: UploadPart,
    { expiresAt, lengthBytes: told }: UploadProgress,
  ): Promise<'appended' | 'conflict' | 'absent'> {
    const stored = this.#find(id)
    if (!stored) return 'absent'
    const { upload, parts } = stored
    const lengthBytes = upload.lengthBytes ?? told
    if (upload.audioId !== undefined || upload.offsetBytes !== part.offsetBytes) return 'conflict'
    if (told !== undefined && told !== lengthBytes) return 'conflict'
    const offsetBytes = part.offsetBytes + part.sizeBytes
    this.#change({ ...stored, parts: [...parts, part] }, { offsetBytes, lengthBytes, expiresAt })
    return 'appended'
  }

  async touch(id: AudioId, expiresAt: Date): Promise<void> {
    const stored = this.#find(id)
    if (stored) this.#change(stored, { expiresAt })
  }

  async finish(id: AudioId, audio: Audio): Promise<{ readonly tombstones: readonly AudioId[] } | 'conflict'> {
    const stored = this.#find(id)
    if (!stored || this.#state.audio.get(id)?.state !== 'pending') return 'conflict'
    this.#state.audio.delete(id)
    this.#state.audio.set(audio.id, { state: 'ready', audio })
    this.#change({ ...stored, parts: [] }, { audioId: audio.id })
    return { tombstones: this.#bury(stored.parts.filter((part) => part.id !== audio.id)) }
  }

  async remove(
    id: AudioId,
    ownerId: UserId,
  ): Promise<{ readonly tombstones: readonly AudioId[] } | 'absent'> {
    const stored = this.#find(id)
    if (stored?.upload.ownerId !== ownerId || stored.upload.audioId !== undefined) return 'absent'
    return { tombstones: this.#giveUp(stored) }
  }

  async removeExpired(now: Date): Promise<number> {
    let givenUp = 0
    for (const stored of this.#state.uploads.values()) {
      const { id, expiresAt, audioId } = stored.upload
      if (expiresAt > now) continue
      if (audioId !== undefined) this.#state.uploads.delete(id)
      else {
        this.#giveUp(stored)
        givenUp++
      }
    }
    return givenUp
  }

  /** One whose audio was deleted or given up is gone with it. */
  #find(id: AudioId): StoredUpload | undefined {
    const stored = this.#state.uploads.get(id)
    const row = stored && this.#state.audio.get(stored.upload.audioId ?? id)
    return row && row.state !== 'tombstone' ? stored : undefined
  }

  #change({ upload, ...stored }: StoredUpload, changes: Partial<Upload>): void {
    this.#state.uploads.set(upload.id, { ...stored, upload: { ...upload, ...changes } })
  }

  #giveUp({ upload, parts }: StoredUpload): readonly AudioId[] {
    this.#state.uploads.delete(upload.id)
    return this.#bury([upload, ...parts])
  }

  #bury(ids: readonly { readonly id: AudioId }[]): readonly AudioId[] {
    for (const { id } of ids) buryAudio(this.#state, id)
    return ids.map(({ id }) => id)
  }
}
