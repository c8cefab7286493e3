import type { Readable } from 'node:stream'
import type { AudioId } from '../ids.ts'

/** Both ends are counted from 0 and included; `0 <= start <= end < size`. */
export interface ByteRange {
  readonly start: number
  readonly end: number
}

export interface StoredContent {
  readonly id: AudioId
  readonly sizeBytes: number
  readonly writtenAt: Date
}

/** Whether this content is being written now, by any process, as far as the database tells. */
export type IsInFlight = (id: AudioId) => Promise<boolean>

/**
 * Keeps the bytes of audio. Content is written once and never changed.
 * Every method throws `StorageUnavailable` where the medium cannot serve now.
 */
export interface AudioContentStore {
  /**
   * Writes the whole source or nothing, and resolves when the bytes would survive a power cut.
   * Where the source throws, nothing is left and the same error comes back. An id is written once:
   * a second write of it throws and leaves the first content as it is. Pulls only as fast as it stores.
   * @throws StorageFull
   */
  write(id: AudioId, source: AsyncIterable<Uint8Array>): Promise<void>
  /**
   * The content, or the part of it in `range`; `undefined` where there is none. What can fail for want of the content
   * fails here, not in the stream. Destroying the stream frees its handle or socket at once.
   * A fault while reading destroys the stream with an error: it never just ends early.
   */
  open(id: AudioId, range?: ByteRange): Promise<Readable | undefined>
  stat(id: AudioId): Promise<StoredContent | undefined>
  /** Nothing happens where there is none. Readers that are under way may finish. */
  remove(id: AudioId): Promise<void>
  /** All whole contents, in no order that matters; those written or removed meanwhile may or may not appear. */
  list(): AsyncIterable<StoredContent>
  /**
   * Removes what unfinished writes left that began before this moment; returns how many. A slow write may show no life in the
   * store for hours: what is in flight stays, however long ago it began.
   */
  removePartial(before: Date, isInFlight: IsInFlight): Promise<number>
  /** How many `removePartial` would remove. */
  countPartial(before: Date, isInFlight: IsInFlight): Promise<number>
  /** Throws where content can be neither written nor read; changes nothing. */
  check(): Promise<void>
}
