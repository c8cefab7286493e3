import type { KeyedRequest } from '../idempotency/keyed-request.ts'
import type { AudioId, UserId } from '../ids.ts'
import type { Page, PageRequest } from '../page.ts'
import type { Quota } from '../users/quota.ts'
import type { Audio } from './audio.ts'
import type { AudioOrder, AudioPlace } from './audio-order.ts'
import type { AudioSearch } from './audio-search.ts'

/** A row for an upload in flight; no listing shows it. */
export interface PendingAudio {
  readonly id: AudioId
  readonly ownerId: UserId
  readonly createdAt: Date
  /** The request that it is made for, where that may be repeated: of all its attempts one makes a ready audio. */
  readonly madeFor?: KeyedRequest | undefined
}

export interface AudioChanges {
  readonly title?: string
  readonly description?: string
}

export interface AudioFilter {
  readonly search?: AudioSearch | undefined
  /** A media type from `contentTypeOf`. */
  readonly contentType?: string | undefined
  /** Created at this moment or later. */
  readonly createdFrom?: Date | undefined
  /** Created before this moment. */
  readonly createdBefore?: Date | undefined
  readonly order: AudioOrder
}

export type AudioPageRequest = PageRequest<AudioPlace>
export type AudioPage = Page<Audio, AudioPlace>

/** Room for an upload, counted from its first byte: `atMostBytes` where there is so much, and never less than `atLeastBytes`. */
export interface Room {
  readonly atLeastBytes: number
  readonly atMostBytes: number
}

/** How much is reserved now, or why not more. */
export type Reserved = number | 'quota-exceeded' | 'quota-contended' | 'not-pending'

/** What one reservation leaves free of the quota for others. */
export const shareOfFreeRoom = 64

/** Rows of audio. All methods but `insertPending`, `reserve`, `touch`, `markReady`, `abandon` and `erase` see ready audio only. */
export interface AudioRepository {
  /** Counts as a file from now on, of no bytes yet. `owner-absent`: the owner was removed meanwhile. */
  insertPending(audio: PendingAudio, defaults: Quota): Promise<'inserted' | 'owner-absent' | 'quota-exceeded'>
  /**
   * Reserves room in the owner's quota for a pending audio, in place of what it had; never takes any away.
   * Resolves with what is reserved now. However many race, they never pass the quota together. Beyond
   * `atLeastBytes` it takes at most one part in `shareOfFreeRoom` of what is free, so that little is reserved
   * in vain near the limit. `quota-contended`: it would fit without what other pending audio has reserved.
   */
  reserve(id: AudioId, room: Room, defaults: Quota): Promise<Reserved>
  /** Notes that a pending audio is still being uploaded, so that no sweep gives it up; nothing happens where it is not pending. */
  touch(id: AudioId, now: Date): Promise<void>
  /**
   * Commits an upload; from then on it is listed, and its own size counts in place of what was reserved.
   * `not-pending`: its owner was removed or the sweep gave it up, so its bytes must go. `madeBefore`: another attempt of
   * the request that it is made for has made this audio, which is still there; it stays pending, and must go, too.
   */
  markReady(audio: Audio): Promise<'ready' | 'not-pending' | { readonly madeBefore: Audio }>
  find(id: AudioId): Promise<Audio | undefined>
  /** What an earlier attempt of the request has made, unless it was deleted. */
  findMadeFor(request: KeyedRequest): Promise<Audio | undefined>
  /** `undefined` where the owner has no such audio. */
  update(id: AudioId, ownerId: UserId, changes: AudioChanges, now: Date): Promise<Audio | undefined>
  /** Hides the audio for good while its bytes are being removed. Of racing calls, one gets `true`. */
  bury(id: AudioId, ownerId: UserId): Promise<boolean>
  /**
   * Removes the row of an upload that failed. `ready`: it was committed after all and only the answer got lost, so that
   * its row and its bytes stay, for somebody may have seen it. Nothing happens where it is gone.
   */
  abandon(id: AudioId): Promise<'abandoned' | 'ready'>
  /** Removes the row whatever its state; nothing happens where it is gone. */
  erase(id: AudioId): Promise<void>
  /** Each row once, in order, whatever comes and goes between two pages; a page costs the same wherever it is. */
  list(ownerId: UserId, page: AudioPageRequest, filter: AudioFilter): Promise<AudioPage>
}

/** Rows that nobody sees and nobody finishes any more. */
export interface LeftoverRows {
  /** Pending audio that nothing was heard of since a moment. */
  readonly stuckUploads: number
  /** Deleted and given up before a moment, with content that may still be there. */
  readonly tombstones: number
}

/** All rows whatever their state, for the operator's side: what was left behind, and what should be there. */
export interface AudioLeftovers {
  /**
   * Turns rows that are pending, and that nothing was heard of since `before`, into tombstones, so that a late upload cannot finish,
   * and returns at most `limit` tombstones, these and older ones, after `after` in the order of ids.
   */
  claimTombstones(before: Date, limit: number, after: AudioId | undefined): Promise<readonly AudioId[]>
  /** How much `claimTombstones(silentSince, ...)` would find, of the tombstones only those that were buried before a moment. */
  count(silentSince: Date, buriedBefore: Date): Promise<LeftoverRows>
  /** Whether this is a pending audio that something was heard of at this moment or later. */
  isAlive(id: AudioId, since: Date): Promise<boolean>
  /** Those of the ids that have a row in any state. */
  known(ids: readonly AudioId[]): Promise<ReadonlySet<AudioId>>
  /** Whether no audio has a row in any state: only then may an empty content store be a new one. */
  isEmpty(): Promise<boolean>
  /** When the database was made, which a backup and its restore do not change. No content written earlier is of its making. */
  beganAt(): Promise<Date>
}
