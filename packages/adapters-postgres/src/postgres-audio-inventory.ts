import type { AudioId, AudioInventory, ReadyContent } from '@audiohost/core'
import type { Knex } from 'knex'
import type { Database } from './database.ts'

export class PostgresAudioInventory implements AudioInventory {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  async readyAfter(after: AudioId | undefined, limit: number): Promise<readonly ReadyContent[]> {
    return this.#database.run((knex) => readyAfterQuery(knex, after, limit))
  }
}

/** Along the primary key: tombstones and uploads in flight, which it steps over, are few. */
export function readyAfterQuery(
  knex: Knex,
  after: AudioId | undefined,
  limit: number,
): Knex.QueryBuilder<ReadyContent, ReadyContent[]> {
  const query = knex<ReadyContent, ReadyContent[]>('audio')
    .where('status', 'ready')
    .orderBy('id')
    .limit(limit)
  if (after !== undefined) query.where('id', '>', after)
  return query.select('id', 'owner_id as ownerId', 'size_bytes as sizeBytes', 'sha256')
}
