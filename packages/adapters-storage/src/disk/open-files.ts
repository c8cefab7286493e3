import { StorageUnavailable, type AudioId, type ContentHandle } from '@audiohost/core'
import { asStorageError } from './disk-errors.ts'
import type { DiskFile } from './disk-file-system.ts'

export interface OpenFilesOptions {
  /** How many files that nobody reads stay open. */
  readonly idleFiles?: number
  /** How long: a file that another process removed keeps its space for so long at the most. */
  readonly idleMs?: number
  /** How long a file is lent without a look at its folder: one that took its place is seen by then, however busy it is. */
  readonly lendMs?: number
}

export interface OpenedFile {
  readonly file: DiskFile
  readonly sizeBytes: number
  /** The same for two handles of one file: its device and inode. */
  readonly identity: string
  /** At once, from the memory of the operating system: how many bytes, 0 where it would have to wait. */
  readonly readCached?: ((into: Uint8Array, position: number) => number) | undefined
}

/** What is longer is copied by another thread, while this one serves others. */
const longestReadAtOnce = 64 * 1024

interface OpenFile extends OpenedFile {
  readonly id: AudioId
  checkedAt: number
  readers: number
  idleSince: number
}

/**
 * Files that are open for reading, shared by all who read the same one. The last reader leaves a file open for the next
 * one, within the limits; who wants it from then on saves six calls of the operating system.
 */
export class OpenFiles {
  readonly #open: (id: AudioId) => Promise<OpenedFile | undefined>
  readonly #limits: Required<OpenFilesOptions>
  readonly #files = new Map<AudioId, OpenFile>()
  /** Those without a reader, the longest idle first. */
  readonly #idle = new Set<OpenFile>()
  readonly #closing = new Set<Promise<void>>()
  #removals = 0
  #isClosed = false
  #timer: NodeJS.Timeout | undefined

  constructor(open: (id: AudioId) => Promise<OpenedFile | undefined>, options: OpenFilesOptions = {}) {
    this.#open = open
    this.#limits = { idleFiles: 256, idleMs: 10_000, lendMs: 10_000, ...options }
  }

  async acquire(id: AudioId): Promise<ContentHandle | undefined> {
    const known = this.#files.get(id)
    const isFresh = known && performance.now() - known.checkedAt <= this.#limits.lendMs
    return isFresh ? this.#lend(known) : this.#openNow(id)
  }

  /** Nobody is given this file any more; it is closed when the last who reads it has done so. */
  forget(id: AudioId): void {
    this.#removals++
    const file = this.#files.get(id)
    if (file) this.#drop(file)
  }

  /**
   * Resolves when every file that nobody reads is closed. What is read now, or opened later, is closed by its last
   * reader and not kept.
   */
  async close(): Promise<void> {
    this.#isClosed = true
    clearTimeout(this.#timer)
    this.#dropIdle(() => true)
    this.#files.clear()
    await Promise.all(this.#closing)
  }

  /**
   * What stands in the folder now; the handle that is open already where it is the same file. Lent before anything else
   * can run: an idle file may be closed at any moment.
   */
  async #openNow(id: AudioId): Promise<ContentHandle | undefined> {
    const removals = this.#removals
    const opened = await this.#open(id)
    const known = this.#files.get(id)
    if (opened && known && isSame(opened, known)) {
      this.#closeQuietly(opened.file)
      known.checkedAt = performance.now()
      return this.#lend(known)
    }
    if (known) this.#drop(known)
    if (!opened) return undefined
    const file = { ...opened, id, checkedAt: performance.now(), readers: 0, idleSince: 0 }
    // It may have been removed since it was opened.
    if (removals === this.#removals && !this.#isClosed) this.#files.set(id, file)
    return this.#lend(file)
  }

  #lend(file: OpenFile): ContentHandle {
    this.#idle.delete(file)
    file.readers++
    let isReleased = false
    return {
      sizeBytes: file.sizeBytes,
      read: (into, position) => this.#read(file, into, position),
      release: () => {
        // A second release would close the file under another reader.
        if (isReleased) throw new Error('The handle has been released already')
        isReleased = true
        this.#takeBack(file)
      },
    }
  }

  async #read(file: OpenFile, into: Uint8Array, position: number): Promise<number> {
    const wanted = Math.min(into.length, file.sizeBytes - position)
    let read = readAtOnce(file, into.subarray(0, Math.max(0, wanted)), position)
    try {
      while (read < wanted) {
        const { bytesRead } = await file.file.read(into, read, wanted - read, position + read)
        if (bytesRead === 0) throw becameShorter()
        read += bytesRead
      }
    } catch (error) {
      // Who asks next opens it anew: it may be another file by then, or another disk.
      if (this.#files.get(file.id) === file) this.#drop(file)
      throw asStorageError(error)
    }
    return read
  }

  #takeBack(file: OpenFile): void {
    if (--file.readers > 0) return
    if (this.#files.get(file.id) !== file) {
      this.#closeQuietly(file.file)
      return
    }
    file.idleSince = performance.now()
    this.#idle.add(file)
    if (this.#idle.size > this.#limits.idleFiles) this.#dropIdle((_, dropped) => dropped === 0)
    this.#timer ??= this.#later()
  }

  /** When the first of those that are idle now will have been so for its time. */
  #later(): NodeJS.Timeout | undefined {
    const [longest] = this.#idle
    if (!longest) return undefined
    const { idleMs } = this.#limits
    const dropRipe = (): void => {
      const before = performance.now() - idleMs
      this.#dropIdle(({ idleSince }) => idleSince <= before)
      this.#timer = this.#later()
    }
    // A timer may be early by a part of a millisecond.
    return setTimeout(dropRipe, longest.idleSince + idleMs - performance.now() + 1).unref()
  }

  #dropIdle(mayGo: (file: OpenFile, dropped: number) => boolean): void {
    let dropped = 0
    for (const file of this.#idle) {
      if (!mayGo(file, dropped)) return
      this.#drop(file)
      dropped++
    }
  }

  #drop(file: OpenFile): void {
    this.#files.delete(file.id)
    if (this.#idle.delete(file)) this.#closeQuietly(file.file)
  }

  /** Nothing was written to it. */
  #closeQuietly(file: DiskFile): void {
    const closing = file
      .close()
      .catch(() => undefined)
      .finally(() => this.#closing.delete(closing))
    this.#closing.add(closing)
  }
}

function readAtOnce({ readCached }: OpenedFile, into: Uint8Array, position: number): number {
  const isWanted = readCached && into.length > 0 && into.length <= longestReadAtOnce
  return isWanted ? readCached(into, position) : 0
}

const isSame = (one: OpenedFile, other: OpenedFile): boolean =>
  one.identity === other.identity && one.sizeBytes === other.sizeBytes

const becameShorter = (): StorageUnavailable =>
  new StorageUnavailable({ cause: new Error('The file became shorter while it was read') })
