import type { AudioFilter, AudioPage, AudioPageRequest, UserId } from '@audiohost/core'
import { LRUCache } from 'lru-cache'
import type { Database } from './database.ts'
import { bytesOf } from './remembered-audio.ts'
import { SharedReads } from './shared-reads.ts'

interface ListVersion {
  readonly user_id: UserId
  readonly list_version: string
}

const statement = {
  name: 'list-versions-by-owners',
  text: 'select user_id, list_version from storage_usage where user_id = any($1::uuid[])',
}

interface RememberedPage {
  readonly version: string
  readonly page: AudioPage
}

export interface WantedList {
  readonly page: AudioPageRequest
  readonly filter: AudioFilter
}

export type ReadPage = (isKnown: boolean) => Promise<AudioPage>

/** Whatever a takeover of the database may have done to a version is over then. */
const defaultLifeMs = 10 * 60_000
const defaultMaxBytes = 32 * 1024 ** 2
/** What a page takes besides its audio. */
const pageBytes = 1000

/**
 * Pages of lists as they were read. PostgreSQL says at each request which version the owner's list has, and that changes with whatever
 * changes a row of it (docs/decisions/0039).
 */
export class RememberedLists {
  readonly #versions: SharedReads<ListVersion>
  readonly #pages: LRUCache<string, RememberedPage>

  constructor(database: Database, { maxBytes = defaultMaxBytes, lifeMs = defaultLifeMs } = {}) {
    this.#versions = new SharedReads(database, { statement, idOf: ({ user_id }) => user_id })
    this.#pages = new LRUCache({ maxSize: maxBytes, ttl: lifeMs })
  }

  /**
   * What `read` gives, or gave in this version. The version comes first: a page that is read after it is never older.
   * @param read is told whether the page was read before, in another version
   */
  async find(ownerId: UserId, wanted: WantedList, read: ReadPage): Promise<AudioPage> {
    const row = await this.#versions.find(ownerId)
    if (!row) return read(false)
    const version = row.list_version
    const key = JSON.stringify([ownerId, wanted.page, wanted.filter])
    const remembered = this.#pages.get(key)
    if (remembered?.version === version) return remembered.page
    const page = await read(remembered !== undefined)
    this.#pages.set(key, { version, page }, { size: sizeOf(key, page) })
    return page
  }
}

const sizeOf = (key: string, { items }: AudioPage): number =>
  items.reduce((bytes, audio) => bytes + bytesOf(audio), pageBytes + 2 * key.length)
