import type { PendingLogin, PendingLoginRepository } from '@audiohost/core'
import type { Database } from './database.ts'

interface PendingLoginRow {
  readonly state_hash: string
  readonly browser_key_hash: string
  readonly provider: string
  readonly code_verifier: string
  readonly return_to: string
  readonly expires_at: Date
}

export class PostgresPendingLoginRepository implements PendingLoginRepository {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  async insert(login: PendingLogin, maxPerBrowser: number): Promise<void> {
    await this.#database.run(async (knex) => {
      await knex('pending_logins').insert(toRow(login))
      const own = knex('pending_logins').where({ browser_key_hash: login.browserKeyHash })
      const surplus = own.clone().orderBy('expires_at', 'desc').offset(maxPerBrowser).select('state_hash')
      await own.clone().whereIn('state_hash', surplus).delete()
    })
  }

  async consume(
    match: Pick<PendingLogin, 'stateHash' | 'browserKeyHash' | 'provider'>,
    now: Date,
  ): Promise<PendingLogin | undefined> {
    const [row] = await this.#database.run((knex) =>
      knex('pending_logins')
        .where({
          state_hash: match.stateHash,
          browser_key_hash: match.browserKeyHash,
          provider: match.provider,
        })
        .where('expires_at', '>', now)
        .delete()
        .returning<PendingLoginRow[]>('*'),
    )
    return row && toPendingLogin(row)
  }

  removeExpired(before: Date): Promise<number> {
    return this.#database.run((knex) => knex('pending_logins').where('expires_at', '<', before).delete())
  }
}

const toRow = (login: PendingLogin): PendingLoginRow => ({
  state_hash: login.stateHash,
  browser_key_hash: login.browserKeyHash,
  provider: login.provider,
  code_verifier: login.codeVerifier,
  return_to: login.returnTo,
  expires_at: login.expiresAt,
})

const toPendingLogin = (row: PendingLoginRow): PendingLogin => ({
  stateHash: row.state_hash,
  browserKeyHash: row.browser_key_hash,
  provider: row.provider,
  codeVerifier: row.code_verifier,
  returnTo: row.return_to,
  expiresAt: row.expires_at,
})
