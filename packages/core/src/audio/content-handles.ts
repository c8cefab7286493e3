import type { AudioId } from '../ids.ts'

/** One content held open for reading anywhere in it, until it is released. */
export interface ContentHandle {
  readonly sizeBytes: number
  /**
   * Reads from this position until `into` is full or the content ends; resolves with how many bytes it read. Writes into
   * `into` no longer once it has settled.
   * @throws StorageUnavailable
   */
  read(into: Uint8Array, position: number): Promise<number>
  /** Once, when no read is under way. A handle that is not released stays open. */
  release(): void
}

/** What a content store may offer besides: cheap reads of many parts of the same contents. */
export interface ContentHandles {
  /**
   * A handle of one's own; `undefined` where there is no content. A content that is removed afterwards can still be read
   * to its end.
   * @throws StorageUnavailable
   */
  acquire(id: AudioId): Promise<ContentHandle | undefined>
}
