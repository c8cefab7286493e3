import {
  mostCountedBytes,
  type Audio,
  type AudioChanges,
  type AudioFilter,
  type AudioId,
  type AudioPage,
  type AudioPageRequest,
  type AudioRepository,
  type KeyedRequest,
  type PendingAudio,
  type Quota,
  shareOfFreeRoom,
  type Reserved,
  type Room,
  type UserId,
} from '@audiohost/core'
import type { Knex } from 'knex'
import {
  buriedColumns,
  foundByColumns,
  readyColumnNames,
  readyColumns,
  toAudio,
  toListed,
  versionColumn,
  type AudioRow,
  type ListedAudio,
  type ReadyAudioRow,
} from './audio-row.ts'
import type { Database } from './database.ts'
import { violatesUnique } from './driver-errors.ts'
import { defaultStride, listAudio } from './postgres-audio-list.ts'
import { RememberedAudio, type RowState } from './remembered-audio.ts'
import { RememberedLists } from './remembered-lists.ts'
import { SharedReads } from './shared-reads.ts'

const ofReady = `from audio where id = any($1::uuid[]) and status = 'ready'`
const statesByIds = { name: 'audio-states-by-ids', text: `select id, ${versionColumn} ${ofReady}` }
const readyByIds = {
  name: 'ready-audio-by-ids',
  text: `select ${readyColumnNames.join(', ')}, title_key, ${versionColumn} ${ofReady}`,
}

interface ReadyRow extends AudioRow {
  readonly version: string
}

const maxRounds = 5

export class PostgresAudioRepository implements AudioRepository {
  readonly #database: Database
  /** Players ask for many ranges of few files, and each range asks whether the row is still what it was. */
  readonly #states: SharedReads<RowState>
  readonly #ready: SharedReads<ReadyRow>
  readonly #remembered = new RememberedAudio()
  readonly #lists: RememberedLists
  readonly #stride: number

  constructor(database: Database, { stride = defaultStride }: { readonly stride?: number } = {}) {
    this.#database = database
    this.#states = new SharedReads(database, { statement: statesByIds, idOf: ({ id }) => id })
    this.#ready = new SharedReads(database, { statement: readyByIds, idOf: ({ id }) => id })
    this.#lists = new RememberedLists(database)
    this.#stride = stride
  }

  async insertPending(
    { id, ownerId, createdAt, madeFor }: PendingAudio,
    { files }: Quota,
  ): Promise<'inserted' | 'owner-absent' | 'quota-exceeded'> {
    const [row] = await this.#rows<{ readonly owners: number; readonly inserted: number }>(
      `with owner as (
         select id, coalesce(quota_files, :files::bigint) as quota from users where id = :ownerId for key share
       ), usage as (
         select used_files + reserved_files as files, owner.id, owner.quota
           from storage_usage join owner on owner.id = user_id for update of storage_usage
       ), of_earlier_request as (
         update audio set made_for = null
           where made_for = :madeFor::text and status = 'ready' and created_at <= :since::timestamptz
       ), inserted as (
         insert into audio (id, status, owner_id, created_at, made_for)
           select :id, 'pending', usage.id, :createdAt, :madeFor::text
             from usage where quota is null or files < quota
           returning id
       )
       select (select count(*) from owner) as owners, (select count(*) from inserted) as inserted`,
      {
        id,
        ownerId,
        createdAt,
        madeFor: madeFor?.id ?? null,
        since: madeFor?.since ?? null,
        files: files ?? null,
      },
    )
    if (row?.inserted === 1) return 'inserted'
    return row?.owners === 1 ? 'quota-exceeded' : 'owner-absent'
  }

  async reserve(id: AudioId, { atLeastBytes, atMostBytes }: Room, { bytes }: Quota): Promise<Reserved> {
    const [row] = await this.#rows<{
      readonly pending: number
      readonly reserved: number | null
      readonly contended: boolean | null
    }>(
      `with pending as (
         select id, owner_id, coalesce(size_bytes, 0) as held
           from audio where id = :id and status = 'pending' for update
       ), usage as (
         select pending.id, held, coalesce(quota_bytes, :bytes::bigint) as quota, storage_usage.used_bytes as used,
             storage_usage.used_bytes + storage_usage.reserved_bytes - held as others,
             greatest(held, :atLeast::bigint) as needed
           from pending join users on users.id = owner_id join storage_usage on user_id = owner_id
           for update of storage_usage
       ), granted as (
         select id, greatest(needed, least(:atMost::bigint,
             needed + greatest(0, quota - others - needed) / :share::bigint)) as bytes
           from usage where needed = held or needed <= quota - others
       ), reserved as (
         update audio set size_bytes = granted.bytes from granted
           where audio.id = granted.id
           returning audio.size_bytes
       )
       select (select count(*) from pending) as pending, (select size_bytes from reserved) as reserved,
         (select used + :atLeast::bigint <= quota from usage) as contended`,
      {
        id,
        bytes: bytes ?? mostCountedBytes,
        atLeast: atLeastBytes,
        atMost: atMostBytes,
        share: shareOfFreeRoom,
      },
    )
    if (row?.pending !== 1) return 'not-pending'
    return row.reserved ?? (row.contended ? 'quota-contended' : 'quota-exceeded')
  }

  async touch(id: AudioId, now: Date): Promise<void> {
    await this.#database.run((knex) =>
      knex('audio').where({ id, status: 'pending' }).update({ updated_at: now }),
    )
  }

  async markReady(audio: Audio): Promise<'ready' | 'not-pending' | { readonly madeBefore: Audio }> {
    for (let round = 1; ; round++) {
      try {
        const marked = await this.#database.run((knex) =>
          knex('audio').where({ id: audio.id, status: 'pending' }).update(readyColumns(audio)),
        )
        return marked === 1 ? 'ready' : 'not-pending'
      } catch (error) {
        if (!violatesUnique(error, 'audio_made_once') || round === maxRounds) throw error
      }
      const madeBefore = await this.#firstReady('made_for = (select made_for from audio where id = :id)', {
        id: audio.id,
      })
      if (madeBefore) return { madeBefore }
      // It was deleted between the two statements.
    }
  }

  async find(id: AudioId): Promise<Audio | undefined> {
    const state = await this.#states.find(id)
    if (!state) return undefined
    const listed = this.#remembered.find(state) ?? (await this.#readAnew(id))
    return listed?.audio
  }

  async #readAnew(id: AudioId): Promise<ListedAudio | undefined> {
    const row = await this.#ready.find(id)
    return row && this.#remembered.keep(row, toListed(row))
  }

  findMadeFor({ id, since }: KeyedRequest): Promise<Audio | undefined> {
    return this.#firstReady('made_for = :id and created_at > :since', { id, since })
  }

  // Four parameters by the port.
  // eslint-disable-next-line max-params
  async update(id: AudioId, ownerId: UserId, changes: AudioChanges, now: Date): Promise<Audio | undefined> {
    return this.#database.transaction(async (transaction) => {
      // Locked, because what audio is found by is made of all of its texts.
      const row = await transaction('audio')
        .where({ id, owner_id: ownerId, status: 'ready' })
        .forUpdate()
        .first<ReadyAudioRow | undefined>(...readyColumnNames)
      if (!row) return undefined
      const changed = { ...toAudio(row), ...changes, updatedAt: now }
      const { title, description } = changed
      await transaction('audio')
        .where({ id })
        .update({ title, description, ...foundByColumns(changed), updated_at: now })
      return changed
    })
  }

  async bury(id: AudioId, ownerId: UserId): Promise<boolean> {
    const buried = await this.#database.run((knex) =>
      knex('audio').where({ id, owner_id: ownerId, status: 'ready' }).update(buriedColumns),
    )
    return buried === 1
  }

  async abandon(id: AudioId): Promise<'abandoned' | 'ready'> {
    // Waits for a commit that is under way, and sees what became of it.
    const [row] = await this.#rows<{ readonly status: string }>(
      `with found as (
         select id, status from audio where id = :id for update
       ), removed as (
         delete from audio using found where audio.id = found.id and found.status <> 'ready'
       )
       select status from found`,
      { id },
    )
    return row?.status === 'ready' ? 'ready' : 'abandoned'
  }

  async erase(id: AudioId): Promise<void> {
    await this.#database.run((knex) => knex('audio').where({ id }).delete())
  }

  list(ownerId: UserId, page: AudioPageRequest, filter: AudioFilter): Promise<AudioPage> {
    return this.#lists.find(ownerId, { page, filter }, (isKnown) => {
      const source = { database: this.#database, remembered: this.#remembered, isKnown }
      return listAudio(source, ownerId, { page, filter, stride: this.#stride })
    })
  }

  async #firstReady(
    condition: string,
    values: Readonly<Record<string, Knex.Value>>,
  ): Promise<Audio | undefined> {
    const [row] = await this.#rows<ReadyAudioRow>(
      `select ${readyColumnNames.join(', ')} from audio where status = 'ready' and ${condition}`,
      values,
    )
    return row && toAudio(row)
  }

  async #rows<Row>(
    sql: string,
    values: Readonly<Record<string, Knex.Value | null>>,
  ): Promise<readonly Row[]> {
    const { rows } = await this.#database.run((knex): PromiseLike<{ readonly rows: readonly Row[] }> =>
      knex.raw(sql, values),
    )
    return rows
  }
}
