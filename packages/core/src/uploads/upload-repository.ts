import type { Audio } from '../audio/audio.ts'
import type { AudioId, UserId } from '../ids.ts'
import type { Upload, UploadPart } from './upload.ts'

export interface UploadProgress {
  readonly expiresAt: Date
  readonly lengthBytes?: number | undefined
}

/** Uploads and the parts of them that are stored. Each method is one step: it happens wholly or not at all. */
export interface UploadRepository {
  /**
   * Opens an upload over the pending audio of the same id. `not-pending`: its owner was removed meanwhile.
   */
  insert(upload: Upload): Promise<'inserted' | 'not-pending'>
  /** `undefined` where the owner has none, or its time is over. */
  find(id: AudioId, ownerId: UserId, now: Date): Promise<Upload | undefined>
  /** Those stored so far, in the order of their bytes. */
  listParts(id: AudioId): Promise<readonly UploadPart[]>
  countParts(id: AudioId): Promise<number>
  /** Says how long the whole will be, once. `false` where that is known already, or the upload is gone. */
  declareLength(id: AudioId, lengthBytes: number): Promise<boolean>
  /**
   * Adds a part whose bytes are stored, moves the expiry, and with the first part that tells it says how long the whole will
   * be. However many race, the parts follow one another without a gap: `conflict` where the upload does not end where the
   * part begins, has become audio, or is known to have another length.
   */
  append(id: AudioId, part: UploadPart, progress: UploadProgress): Promise<'appended' | 'conflict' | 'absent'>
  /** Moves the expiry while bytes come that are no part yet; nothing happens where it is gone. */
  touch(id: AudioId, expiresAt: Date): Promise<void>
  /**
   * Puts a ready audio in the place of the pending one; its own id says which content it is. All other parts become
   * tombstones, whose ids come back. `conflict`: it has become audio already, or is gone.
   */
  finish(id: AudioId, audio: Audio): Promise<{ readonly tombstones: readonly AudioId[] } | 'conflict'>
  /** Gives an open upload up: its pending audio and its parts become tombstones. `absent` where the owner has no such open upload. */
  remove(id: AudioId, ownerId: UserId): Promise<{ readonly tombstones: readonly AudioId[] } | 'absent'>
  /** Gives up the open ones whose time is over, and forgets what became of the others. Returns how many were given up. */
  removeExpired(now: Date): Promise<number>
}
