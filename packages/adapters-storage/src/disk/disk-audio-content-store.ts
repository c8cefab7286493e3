import type { Stats } from 'node:fs'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import {
  StorageUnavailable,
  type AudioContentStore,
  type AudioId,
  type ByteRange,
  type ContentFiles,
  type ContentHandle,
  type ContentHandles,
  type IsInFlight,
  type StoredContent,
} from '@audiohost/core'
import { streamOf } from './disk-content-stream.ts'
import { removeQuietly, writeNamed, writtenAlready } from './disk-durable-write.ts'
import { asStorageError, hasCode, translated, translatedWrite } from './disk-errors.ts'
import {
  existingFile,
  newFile,
  nodeFileSystem,
  type DiskFile,
  type DiskFileSystem,
} from './disk-file-system.ts'
import { partialOf, pathBelowRoot, placeOf, type ContentPlace } from './disk-layout.ts'
import { makeStore, requireMarker, requireMounted } from './disk-marker.ts'
import { exists, unlessGone } from './disk-presence.ts'
import { syncFolder } from './disk-sync.ts'
import { OpenFiles, type OpenedFile } from './open-files.ts'
import { cachedReads } from './page-cache.ts'
import { walkContents, walkPartials } from './disk-walk.ts'

/** Keeps each content in a file of its own below one folder. Several processes may share the folder. */
export class DiskAudioContentStore implements AudioContentStore, ContentHandles, ContentFiles {
  readonly #root: string
  readonly #fs: DiskFileSystem
  /** Folders whose names are known to survive a power cut. */
  readonly #settled = new Set<string>()
  readonly #files = new OpenFiles(async (id) => {
    const opened = await this.#openFile(id)
    return opened && { ...opened, readCached: await cachedReadsOf(opened.file) }
  })

  private constructor(root: string, fs: DiskFileSystem) {
    this.#root = root
    this.#fs = fs
  }

  /**
   * Opens the store in this folder, and makes one where the folder is empty or absent.
   * @throws StorageUnavailable also where the folder holds something else
   */
  static async open(folder: string, fs: DiskFileSystem = nodeFileSystem): Promise<DiskAudioContentStore> {
    await translated(() => makeStore(fs, folder))
    return DiskAudioContentStore.openExisting(folder, fs)
  }

  /** Opens a store that must be there: for who knows that it has contents, so that an empty folder is an unmounted volume. */
  static async openExisting(
    folder: string,
    fs: DiskFileSystem = nodeFileSystem,
  ): Promise<DiskAudioContentStore> {
    const root = await translated(() => fs.realpath(folder))
    await requireMarker(fs, root)
    return new DiskAudioContentStore(root, fs)
  }

  async write(id: AudioId, source: AsyncIterable<Uint8Array>): Promise<void> {
    const place = placeOf(this.#root, id)
    await requireMounted(this.#fs, this.#root)
    await translatedWrite(() => this.#prepare(place))
    await writeNamed(this.#fs, place.path, source)
    try {
      await translatedWrite(() => this.#settle(place))
    } catch (error) {
      await removeQuietly(this.#fs, place.path)
      throw error
    }
  }

  async open(id: AudioId, range?: ByteRange): Promise<Readable | undefined> {
    const opened = await this.#openFile(id)
    if (!opened) return undefined
    const { file, sizeBytes } = opened
    if (!range || (0 <= range.start && range.start <= range.end && range.end < sizeBytes)) {
      return streamOf(file, range ?? { start: 0, end: sizeBytes - 1 })
    }
    await file.close().catch(() => undefined)
    throw new RangeError(`There are no bytes ${range.start}-${range.end} in a content of ${sizeBytes} bytes`)
  }

  async acquire(id: AudioId): Promise<ContentHandle | undefined> {
    return this.#files.acquire(id)
  }

  pathOf(id: AudioId): string {
    return pathBelowRoot(id)
  }

  /** Closes the files that are kept open for the next reader; what is open then stays so until it has been read. */
  async close(): Promise<void> {
    await this.#files.close()
  }

  async stat(id: AudioId): Promise<StoredContent | undefined> {
    const stats = await this.#present(id, ({ path }) => this.#fs.lstat(path))
    return stats && { id, sizeBytes: requireFile(stats).size, writtenAt: stats.mtime }
  }

  /** Not synced: after a power cut the content may be there again, without a row, and the sweep removes it. */
  async remove(id: AudioId): Promise<void> {
    await this.#present(id, ({ path }) => this.#fs.unlink(path))
    this.#files.forget(id)
  }

  async *list(): AsyncGenerator<StoredContent> {
    await requireMounted(this.#fs, this.#root)
    try {
      yield* walkContents(this.#fs, this.#root)
    } catch (error) {
      throw asStorageError(error)
    }
  }

  /** By the time of the last write. */
  async removePartial(before: Date, isInFlight: IsInFlight): Promise<number> {
    await requireMounted(this.#fs, this.#root)
    return translated(async () => {
      let removed = 0
      for await (const path of walkPartials(this.#fs, this.#root, { before, isInFlight })) {
        await unlessGone(() => this.#fs.unlink(path))
        removed++
      }
      return removed
    })
  }

  async countPartial(before: Date, isInFlight: IsInFlight): Promise<number> {
    await requireMounted(this.#fs, this.#root)
    return translated(async () => {
      let found = 0
      for await (const _ of walkPartials(this.#fs, this.#root, { before, isInFlight })) found++
      return found
    })
  }

  /**
   * @throws StorageFull, or StorageUnavailable with `isReadOnly`, if no byte can be written but existing
   *   files can be read
   */
  async check(): Promise<void> {
    await requireMarker(this.#fs, this.#root)
    await translatedWrite(() => probe(this.#fs, this.#root))
  }

  async #prepare(place: ContentPlace): Promise<void> {
    for (const folder of [place.outerFolder, place.folder]) {
      if (await made(this.#fs, folder)) this.#settled.delete(place.folder)
    }
    await requireInside(this.#fs, place)
    // Asked again when it is published; asked here to refuse before the bytes have been read.
    if (await exists(this.#fs, place.path)) throw writtenAlready(place.path)
  }

  /**
   * The name is safe when its folder is synced, and that folder when its parents are. Who made the folder does not
   * matter: another write, or one before a crash, may have made it and not have come to syncing it.
   */
  async #settle({ folder, outerFolder }: ContentPlace): Promise<void> {
    await syncFolder(this.#fs, folder)
    if (this.#settled.has(folder)) return
    await syncFolder(this.#fs, outerFolder)
    await syncFolder(this.#fs, this.#root)
    this.#settled.add(folder)
  }

  async #openFile(id: AudioId): Promise<OpenedFile | undefined> {
    const file = await this.#present(id, ({ path }) => this.#fs.open(path, existingFile))
    if (!file) return undefined
    try {
      const { size, dev, ino } = requireFile(await translated(() => file.stat()))
      return { file, sizeBytes: size, identity: `${dev}:${ino}` }
    } catch (error) {
      await file.close().catch(() => undefined)
      throw error
    }
  }

  /** What the call finds at the place of this content; `undefined` where nothing is there, the store itself being there. */
  async #present<T>(id: AudioId, call: (place: ContentPlace) => Promise<T>): Promise<T | undefined> {
    const place = placeOf(this.#root, id)
    try {
      await requireInside(this.#fs, place)
      return await call(place)
    } catch (error) {
      if (!hasCode(error, 'ENOENT')) throw asStorageError(error)
      await requireMounted(this.#fs, this.#root)
      return undefined
    }
  }
}

async function cachedReadsOf(file: DiskFile): Promise<OpenedFile['readCached']> {
  if (file.fd === undefined) return undefined
  const read = await cachedReads()
  // The number is asked for each time: once the file is closed it may be that of another.
  return read && ((into, position) => read(file.fd ?? -1, into, position))
}

/** O_NOFOLLOW guards the last name of a path only. */
async function requireInside(fs: DiskFileSystem, { folder }: ContentPlace): Promise<void> {
  if ((await fs.realpath(folder)) === folder) return
  throw new StorageUnavailable({ cause: new Error(`${folder} is a link that leads elsewhere`) })
}

async function made(fs: DiskFileSystem, folder: string): Promise<boolean> {
  try {
    await fs.mkdir(folder)
    return true
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false
    throw error
  }
}

function requireFile(stats: Stats): Stats {
  if (stats.isFile()) return stats
  throw new StorageUnavailable({ cause: new Error('What lies at the place of the content is no file') })
}

async function probe(fs: DiskFileSystem, root: string): Promise<void> {
  const path = partialOf(join(root, '.probe'))
  const file = await fs.open(path, newFile)
  try {
    await fs.unlink(path)
    await file.writeFile('?')
  } finally {
    await file.close()
  }
}
