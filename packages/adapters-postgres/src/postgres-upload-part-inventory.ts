import type {
  AudioId,
  OpenUploadPart,
  UploadPartInventory,
  UploadPartPageRequest,
  UserId,
} from '@audiohost/core'
import type { Knex } from 'knex'
import type { Database } from './database.ts'
import { toUploadPart, type UploadPartRow } from './upload-row.ts'

interface OpenUploadPartRow extends UploadPartRow {
  readonly upload_id: AudioId
  readonly owner_id: UserId
}

export class PostgresUploadPartInventory implements UploadPartInventory {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  async listOpen(request: UploadPartPageRequest): Promise<readonly OpenUploadPart[]> {
    const rows = await this.#database.run((knex) => openPartsQuery(knex, request))
    return rows.map((row) => ({ ...toUploadPart(row), uploadId: row.upload_id, ownerId: row.owner_id }))
  }
}

/** Along the key by which the parts of an upload follow one another; those of expired uploads, which it steps over, the sweep removes. */
export function openPartsQuery(knex: Knex, { after, limit, now }: UploadPartPageRequest) {
  const query = knex('upload_parts')
    .join('uploads', 'uploads.id', 'upload_parts.upload_id')
    .where('uploads.is_finished', false)
    .where('uploads.expires_at', '>', now)
    .orderBy(['upload_parts.upload_id', 'upload_parts.offset_bytes'])
    .limit(limit)
  if (after) {
    // The planner does not tell it from the row below, and would walk the uploads from the first one again for every page.
    query.where('uploads.id', '>=', after.uploadId)
    query.whereRaw('(upload_parts.upload_id, upload_parts.offset_bytes) > (?::uuid, ?)', [
      after.uploadId,
      after.offsetBytes,
    ])
  }
  return query.select<OpenUploadPartRow[]>('upload_parts.*', 'uploads.owner_id')
}
