import DataLoader from 'dataloader'
import type { LiveSession, SessionId } from '@audiohost/core'
import type { Database } from './database.ts'
import type { PreparedStatement } from './prepared-statement.ts'
import { joinedSessionColumns, toLiveSession, type JoinedSessionRow } from './session-row.ts'

const byIds: PreparedStatement = {
  name: 'live-sessions-by-ids',
  text: `select ${joinedSessionColumns.join(', ')}
    from sessions join users on users.id = sessions.user_id
    where sessions.id = any($1::uuid[]) and sessions.ended_at is null and users.is_active`,
}

// A longer statement would keep the event loop busy with one answer.
const maxIdsPerStatement = 200

/**
 * Reads sessions with their users. Whoever asks within one turn of the event loop shares one statement, which starts
 * after all of them asked: nobody is ever told of a state from before the question (docs/decisions/0026).
 */
export class LiveSessionReader {
  readonly #database: Database
  readonly #rows: DataLoader<SessionId, JoinedSessionRow | undefined>

  constructor(database: Database) {
    this.#database = database
    this.#rows = new DataLoader((ids) => this.#read(ids), {
      // Nothing is kept: the next turn reads again.
      cache: false,
      batchScheduleFn: setImmediate,
      maxBatchSize: maxIdsPerStatement,
    })
  }

  async find(id: SessionId, now: Date): Promise<LiveSession | undefined> {
    const row = await this.#rows.load(id)
    const isLive = row !== undefined && row.idle_expires_at > now && row.expires_at > now
    return isLive ? toLiveSession(row) : undefined
  }

  async #read(ids: readonly SessionId[]): Promise<readonly (JoinedSessionRow | undefined)[]> {
    const rows = await this.#database.prepared<JoinedSessionRow>(byIds, [[...new Set(ids)]])
    const byId = new Map(rows.map((row) => [row.session_id, row]))
    return ids.map((id) => byId.get(id))
  }
}
