import type { LiveSession, SessionId } from '@audiohost/core'
import type { Database } from './database.ts'
import { joinedSessionColumns, toLiveSession, type JoinedSessionRow } from './session-row.ts'
import { SharedReads } from './shared-reads.ts'

const statement = {
  name: 'live-sessions-by-ids',
  text: `select ${joinedSessionColumns.join(', ')}
    from sessions join users on users.id = sessions.user_id
    where sessions.id = any($1::uuid[]) and sessions.ended_at is null and users.is_active`,
}

/** Reads sessions with their users, at every request and for all requests of one turn at once. */
export class LiveSessionReader {
  readonly #rows: SharedReads<JoinedSessionRow>

  constructor(database: Database) {
    this.#rows = new SharedReads(database, { statement, idOf: (row) => row.session_id })
  }

  async find(id: SessionId, now: Date): Promise<LiveSession | undefined> {
    const row = await this.#rows.find(id)
    const isLive = row !== undefined && row.idle_expires_at > now && row.expires_at > now
    return isLive ? toLiveSession(row) : undefined
  }
}
