import type {
  Audio,
  AudioId,
  Upload,
  UploadPart,
  UploadProgress,
  UploadRepository,
  UserId,
} from '@audiohost/core'
import type { Knex } from 'knex'
import { buriedColumns, readyColumns } from './audio-row.ts'
import type { Database } from './database.ts'
import { newUploadRow, toUpload, toUploadPart, type UploadPartRow, type UploadRow } from './upload-row.ts'

type Tombstones = { readonly tombstones: readonly AudioId[] }

const expiryBatch = 100

/** Whoever changes an upload has locked its row first, so that all see the parts that others added before them. */
export class PostgresUploadRepository implements UploadRepository {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  async insert(upload: Upload): Promise<'inserted' | 'not-pending'> {
    return this.#database.transaction(async (transaction) => {
      const pending = await transaction('audio')
        .where({ id: upload.id, status: 'pending' })
        .forKeyShare()
        .first<{ id: AudioId } | undefined>('id')
      if (!pending) return 'not-pending'
      await transaction('uploads').insert({ ...newUploadRow(upload), audio_id: upload.id })
      return 'inserted'
    })
  }

  async find(id: AudioId, ownerId: UserId, now: Date): Promise<Upload | undefined> {
    const row = await this.#database.run((knex) =>
      living(knex, now)
        .where({ 'uploads.id': id, 'uploads.owner_id': ownerId })
        .first<UploadRow | undefined>('uploads.*'),
    )
    return row && toUpload(row)
  }

  async listParts(id: AudioId): Promise<readonly UploadPart[]> {
    const rows = await this.#database.run((knex) =>
      knex('upload_parts').where({ upload_id: id }).orderBy('offset_bytes').select<UploadPartRow[]>(),
    )
    return rows.map(toUploadPart)
  }

  async countParts(id: AudioId): Promise<number> {
    const rows = await this.#database.run((knex) =>
      knex('upload_parts').where({ upload_id: id }).count<{ readonly count: number }[]>('* as count'),
    )
    return rows[0]?.count ?? 0
  }

  async declareLength(id: AudioId, lengthBytes: number): Promise<boolean> {
    const declared = await this.#database.run((knex) =>
      knex('uploads')
        .where({ id, length_bytes: null, is_finished: false })
        .update({ length_bytes: lengthBytes }),
    )
    return declared === 1
  }

  async append(
    id: AudioId,
    part: UploadPart,
    { expiresAt, lengthBytes: told }: UploadProgress,
  ): Promise<'appended' | 'conflict' | 'absent'> {
    const { id: partId, offsetBytes, sizeBytes, sha256 } = part
    return this.#database.transaction(async (transaction) => {
      const upload = await lock(transaction, id)
      if (!upload || !(await isLiving(transaction, upload))) return 'absent'
      if (upload.is_finished || upload.offset_bytes !== offsetBytes) return 'conflict'
      const length = upload.length_bytes ?? told
      if (told !== undefined && told !== length) return 'conflict'
      await transaction('uploads')
        .where({ id })
        .update({
          offset_bytes: offsetBytes + sizeBytes,
          length_bytes: length ?? null,
          expires_at: expiresAt,
        })
      await transaction('upload_parts').insert({
        id: partId,
        upload_id: id,
        offset_bytes: offsetBytes,
        size_bytes: sizeBytes,
        sha256,
      })
      return 'appended'
    })
  }

  async touch(id: AudioId, expiresAt: Date): Promise<void> {
    await this.#database.run((knex) => knex('uploads').where({ id }).update({ expires_at: expiresAt }))
  }

  async finish(id: AudioId, audio: Audio): Promise<Tombstones | 'conflict'> {
    return this.#database.transaction(async (transaction) => {
      const upload = await lock(transaction, id)
      if (!upload || upload.is_finished) return 'conflict'
      const marked = await transaction('audio')
        .where({ id: upload.audio_id, status: 'pending' })
        .update({ ...readyColumns(audio), id: audio.id })
      if (marked === 0) return 'conflict'
      await transaction('uploads').where({ id }).update({ is_finished: true })
      await transaction('upload_parts').where({ id: audio.id }).delete()
      return { tombstones: await buryParts(transaction, [id]) }
    })
  }

  async remove(id: AudioId, ownerId: UserId): Promise<Tombstones | 'absent'> {
    return this.#database.transaction(async (transaction) => {
      const upload = await lock(transaction, id)
      if (upload?.owner_id !== ownerId || upload.is_finished) return 'absent'
      return { tombstones: await giveUp(transaction, [upload]) }
    })
  }

  async removeExpired(now: Date): Promise<number> {
    let givenUp = 0
    for (;;) {
      const [open, all] = await this.#database.transaction((transaction) => removeSome(transaction, now))
      givenUp += open
      if (all < expiryBatch) return givenUp
    }
  }
}

/** Of the user who is being removed. Returns the tombstones of their parts. */
export async function removeUploadsOf(
  transaction: Knex.Transaction,
  ownerId: UserId,
): Promise<readonly AudioId[]> {
  const ids = await transaction('uploads')
    .where({ owner_id: ownerId })
    .orderBy('id')
    .forUpdate()
    .pluck<AudioId[]>('id')
  const tombstones = await buryParts(transaction, ids)
  await transaction('uploads').whereIn('id', ids).delete()
  return tombstones
}

/** Those whose time is not over and whose audio is not gone. */
const living = (knex: Knex, now: Date) =>
  knex('uploads')
    .join('audio', 'audio.id', 'uploads.audio_id')
    .where('uploads.expires_at', '>', now)
    .whereIn('audio.status', ['pending', 'ready'])

const lock = (transaction: Knex.Transaction, id: AudioId): PromiseLike<UploadRow | undefined> =>
  transaction('uploads').where({ id }).forUpdate().first<UploadRow | undefined>()

async function isLiving(transaction: Knex.Transaction, { audio_id }: UploadRow): Promise<boolean> {
  const row = await transaction('audio')
    .where({ id: audio_id })
    .whereNot({ status: 'deleting' })
    .first<{ id: AudioId } | undefined>('id')
  return row !== undefined
}

async function removeSome(
  transaction: Knex.Transaction,
  now: Date,
): Promise<readonly [open: number, all: number]> {
  const rows = await transaction('uploads')
    .where('expires_at', '<=', now)
    .limit(expiryBatch)
    .forUpdate()
    .skipLocked()
    .select<UploadRow[]>()
  const open = rows.filter((row) => !row.is_finished)
  await giveUp(transaction, open)
  await transaction('uploads')
    .whereIn(
      'id',
      rows.map(({ id }) => id),
    )
    .delete()
  return [open.length, rows.length]
}

async function giveUp(
  transaction: Knex.Transaction,
  uploads: readonly UploadRow[],
): Promise<readonly AudioId[]> {
  const ids = uploads.map(({ id }) => id)
  const parts = await buryParts(transaction, ids)
  await transaction('uploads').whereIn('id', ids).delete()
  const pending = await transaction('audio')
    .whereIn('id', ids)
    .where({ status: 'pending' })
    .update(buriedColumns)
    .returning<{ readonly id: AudioId }[]>('id')
  return [...pending.map(({ id }) => id), ...parts]
}

async function buryParts(
  transaction: Knex.Transaction,
  uploadIds: readonly AudioId[],
): Promise<readonly AudioId[]> {
  const parts = await transaction('upload_parts')
    .whereRaw('upload_id = any(?::uuid[])', [[...uploadIds]])
    .delete()
    .returning<{ readonly id: AudioId }[]>('id')
  const ids = parts.map(({ id }) => id)
  await transaction.raw(
    `insert into audio (id, status, created_at, updated_at) select id, 'deleting', now(), now() from unnest(?::uuid[]) as id`,
    [ids],
  )
  return ids
}
