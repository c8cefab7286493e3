import type { Repositories } from '@audiohost/core'
import {
  anAudio,
  aUser,
  audioLeftoversContract,
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
      const found = await audio.list(anAudio().ownerId, page, { search: 'a\0', order: 'newest-first' })
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
})
