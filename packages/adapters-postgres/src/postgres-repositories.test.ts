import { newestFirst, type Repositories } from '@audiohost/core'
import {
  anAudio,
  aUser,
  audioInventoryContract,
  audioLeftoversContract,
  contentChecksContract,
  audioRepositoryContract,
  quotaRepositoryContract,
  externalIdentityRepositoryContract,
  idempotencyRecordsContract,
  passwordRepositoryContract,
  pendingLoginRepositoryContract,
  sessionRepositoryContract,
  userRepositoryContract,
} from '@audiohost/core/testing'
import { expect } from 'chai'
import type { Knex } from 'knex'
import { dueQuery } from './postgres-content-checks.ts'
import { readyAfterQuery } from './postgres-audio-inventory.ts'
import { postgresRepositories } from './postgres-repositories.ts'
import { aDatabase, type TestDatabase } from './testing/index.ts'

describe('postgresRepositories', () => {
  let test: TestDatabase

  before(async () => {
    test = await aDatabase()
  })

  after(() => test.drop())

  const make = async (): Promise<Repositories> => {
    await test.truncate()
    return postgresRepositories(test.database)
  }

  describe('PostgresUserRepository', () => {
    userRepositoryContract({ make })
  })
  describe('PostgresPasswordRepository', () => {
    passwordRepositoryContract({ make })
  })
  describe('PostgresExternalIdentityRepository', () => {
    externalIdentityRepositoryContract({ make })
  })
  describe('PostgresSessionRepository', () => {
    sessionRepositoryContract({ make })
  })
  describe('PostgresPendingLoginRepository', () => {
    pendingLoginRepositoryContract({ make })
  })
  describe('PostgresAudioRepository', () => {
    audioRepositoryContract({ make })

    it('finds nothing by a NUL, which PostgreSQL keeps in no text', async () => {
      const { audio } = await make()
      const page = { limit: 10, after: undefined }
      const found = await audio.list(anAudio().ownerId, page, { search: 'a\0', order: newestFirst })
      expect(found.items).to.deep.equal([])
    })

    it('keeps nothing of buried audio but its id', async () => {
      const { audio, users } = await make()
      const song = anAudio({ title: 'Canary', fileName: 'canary.mp3' })
      await users.insert(aUser({ id: song.ownerId }), undefined)
      await audio.insertPending(song, { bytes: undefined, files: undefined })
      await audio.markReady(song)
      await audio.bury(song.id, song.ownerId)
      const rows = await test.database.run((knex) => knex('audio').select())
      expect(rows).to.have.lengthOf(1)
      expect(JSON.stringify(rows))
        .to.not.match(/canary/i)
        .and.not.contain(song.ownerId)
    })
  })
  describe('PostgresIdempotencyRecords', () => {
    idempotencyRecordsContract({ make })
  })
  describe('PostgresQuotaRepository', () => {
    quotaRepositoryContract({ make })
  })
  describe('PostgresAudioLeftovers', () => {
    audioLeftoversContract({ make })
  })
  describe('PostgresAudioInventory', () => {
    audioInventoryContract({ make })

    it('walks along the primary key, however many rows there are', async () => {
      await withManyReady()
      const plan = await planOf((knex) => readyAfterQuery(knex, anAudio().id, 100))
      expect(plan).to.contain('audio_pkey').and.not.contain('Sort')
    })
  })
  describe('PostgresContentChecks', () => {
    contentChecksContract({ make })

    it('walks along an index in the order of checks, however many rows there are', async () => {
      await withManyReady()
      const after = { ...anAudio(), sizeBytes: 1, sha256: '', damage: undefined, verifiedAt: undefined }
      const plan = await planOf((knex) => dueQuery(knex, { before: new Date(), after }).limit(100))
      expect(plan).to.contain('audio_longest_unverified').and.not.contain('Sort')
    })
  })

  async function withManyReady(): Promise<void> {
    const { users } = await make()
    const owner = aUser()
    await users.insert(owner, undefined)
    await test.database.run((knex) =>
      knex.raw(
        `insert into audio (id, status, owner_id, title, description, file_name, size_bytes, sha256,
             content_type, tags, has_cover, created_at, updated_at)
           select gen_random_uuid(), 'ready', :owner, '', '', '', 1, '', '', '{}', false, now(), now()
             from generate_series(1, 5000)`,
        { owner: owner.id },
      ),
    )
    await test.database.run((knex) => knex.raw('analyze audio'))
  }

  async function planOf(query: (knex: Knex) => Knex.QueryBuilder): Promise<string> {
    const { rows } = await test.database.run((knex): PromiseLike<{ readonly rows: readonly object[] }> => {
      const { sql, bindings } = query(knex).toSQL()
      return knex.raw(`explain ${sql}`, bindings as never)
    })
    return JSON.stringify(rows)
  }
})
