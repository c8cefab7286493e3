import {
  pageOf,
  type Audio,
  type AudioChanges,
  type AudioFilter,
  type AudioId,
  type AudioRepository,
  type Page,
  type PageRequest,
  type PendingAudio,
  type UserId,
} from '@audiohost/core'
import { buriedColumns, readyColumns, toAudio, type AudioRow } from './audio-row.ts'
import type { Database } from './database.ts'
import { keysetQuery, searchQuery } from './keyset-query.ts'

export class PostgresAudioRepository implements AudioRepository {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  async insertPending({ id, ownerId, createdAt }: PendingAudio): Promise<'inserted' | 'owner-absent'> {
    const { rowCount } = await this.#database.run((knex): PromiseLike<{ readonly rowCount: number }> =>
      knex.raw(
        `insert into audio (id, status, owner_id, created_at)
           select :id, 'pending', id, :createdAt from users where id = :ownerId for key share`,
        { id, ownerId, createdAt },
      ),
    )
    return rowCount === 1 ? 'inserted' : 'owner-absent'
  }

  async markReady(audio: Audio): Promise<'ready' | 'not-pending'> {
    const marked = await this.#database.run((knex) =>
      knex('audio').where({ id: audio.id, status: 'pending' }).update(readyColumns(audio)),
    )
    return marked === 1 ? 'ready' : 'not-pending'
  }

  async find(id: AudioId): Promise<Audio | undefined> {
    const row = await this.#database.run((knex) =>
      knex('audio').where({ id, status: 'ready' }).first<AudioRow | undefined>(),
    )
    return row && toAudio(row)
  }

  // Four parameters by the port.
  // eslint-disable-next-line max-params
  async update(id: AudioId, ownerId: UserId, changes: AudioChanges, now: Date): Promise<Audio | undefined> {
    const { title, description } = changes
    const [row] = await this.#database.run((knex) =>
      knex('audio')
        .where({ id, owner_id: ownerId, status: 'ready' })
        .update({
          ...(title !== undefined && { title }),
          ...(description !== undefined && { description }),
          updated_at: now,
        })
        .returning<AudioRow[]>('*'),
    )
    return row && toAudio(row)
  }

  async bury(id: AudioId, ownerId: UserId): Promise<boolean> {
    const buried = await this.#database.run((knex) =>
      knex('audio').where({ id, owner_id: ownerId, status: 'ready' }).update(buriedColumns),
    )
    return buried === 1
  }

  async erase(id: AudioId): Promise<void> {
    await this.#database.run((knex) => knex('audio').where({ id }).delete())
  }

  async list(ownerId: UserId, page: PageRequest, { search, order }: AudioFilter): Promise<Page<Audio>> {
    const rows = await this.#database.run((knex) => {
      const query = knex('audio').where({ owner_id: ownerId, status: 'ready' }).select<AudioRow[]>()
      searchQuery(query, ['title', 'description', 'file_name'], search)
      return keysetQuery(query, page, order)
    })
    return pageOf(rows.map(toAudio), page.limit)
  }
}
