import { unlimited, type Repositories } from '@audiohost/core'
import {
  anAudio,
  aUser,
  auditLogContract,
  unitOfWorkContract,
  audioInventoryContract,
  audioLeftoversContract,
  contentChecksContract,
  audioListContract,
  audioRepositoryContract,
  audioSearchContract,
  quotaRepositoryContract,
  externalIdentityRepositoryContract,
  idempotencyRecordsContract,
  leasesContract,
  uploadPartInventoryContract,
  uploadRepositoryContract,
  passwordRepositoryContract,
  race,
  pendingLoginRepositoryContract,
  sessionRepositoryContract,
  usageAuditContract,
  userRepositoryContract,
} from '@audiohost/core/testing'
import { expect } from 'chai'
import type { Knex } from 'knex'
import { dueQuery } from './postgres-content-checks.ts'
import { readyAfterQuery } from './postgres-audio-inventory.ts'
import { PostgresAudioRepository } from './postgres-audio-repository.ts'
import { PostgresUnitOfWork } from './postgres-unit-of-work.ts'
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
  describe('PostgresAuditLog', () => {
    auditLogContract({ make })
  })
  describe('PostgresUnitOfWork', () => {
    unitOfWorkContract({
      make: async () => ({ repositories: await make(), unitOfWork: new PostgresUnitOfWork(test.database) }),
    })
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
  for (const stride of [1, 2]) {
    describe(`PostgresAudioRepository, which looks at no more than ${stride} rows one by one`, () => {
      const hasty = async (): Promise<Repositories> => ({
        ...(await make()),
        audio: new PostgresAudioRepository(test.database, { stride }),
      })
      describe('list', () => {
        audioListContract({ make: hasty })
      })
      describe('search', () => {
        audioSearchContract({ make: hasty })
      })
    })
  }
  describe('PostgresIdempotencyRecords', () => {
    idempotencyRecordsContract({ make })
  })
  describe('PostgresUploadRepository', () => {
    uploadRepositoryContract({ make })
  })
  describe('PostgresLeases', () => {
    leasesContract({ make: async () => (await make()).leases })
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
  describe('PostgresUploadPartInventory', () => {
    uploadPartInventoryContract({ make })
  })
  describe('PostgresUsageAudit', () => {
    usageAuditContract({ make })

    it('finds counters that were changed or lost, and counts anew', async () => {
      const { users, audio, quotas, usageAudit } = await make()
      const [first, second] = [aUser(), aUser()]
      for (const user of [first, second]) {
        await users.insert(user, undefined)
        const song = anAudio({ ownerId: user.id })
        await audio.insertPending(song, unlimited)
        await audio.markReady(song)
      }
      const usage = { usedBytes: 1000, usedFiles: 1, reservedBytes: 0, reservedFiles: 0 }
      const spoil = (sql: string) => test.database.run((knex) => knex.raw(sql))
      await spoil(`update storage_usage set used_bytes = -7 where user_id = '${first.id}'`)
      await spoil(`delete from storage_usage where user_id = '${second.id}'`)
      expect(await usageAudit.compare(undefined, 10)).to.have.deep.members([
        { userId: first.id, counted: { ...usage, usedBytes: -7 }, actual: usage },
        { userId: second.id, counted: undefined, actual: usage },
      ])
      for (const { id } of [first, second]) {
        await usageAudit.recount(id)
        expect((await quotas.find(id))?.usage).to.deep.equal(usage)
      }
    })

    it('counts exactly while uploads begin, end and are deleted', async () => {
      const { users, audio, quotas, usageAudit } = await make()
      const { id: ownerId } = aUser()
      await users.insert(aUser({ id: ownerId }), undefined)
      const state = { uploading: true }
      const uploads = race(10, async (worker) => {
        for (let count = 0; count < 20; count++) {
          const song = anAudio({ ownerId })
          await audio.insertPending(song, unlimited)
          await audio.reserve(song.id, { atLeastBytes: 500, atMostBytes: 500 }, unlimited)
          if ((worker + count) % 4 === 0) continue
          await audio.markReady(song)
          if ((worker + count) % 4 === 1) await audio.bury(song.id, ownerId)
        }
      }).finally(() => (state.uploading = false))
      let recounts = 0
      while (state.uploading) {
        await usageAudit.recount(ownerId)
        const [compared] = await usageAudit.compare(undefined, 10)
        expect(compared?.counted).to.deep.equal(compared?.actual)
        recounts++
      }
      await uploads
      expect(recounts).to.be.above(3)
      expect((await quotas.find(ownerId))?.usage).to.deep.equal({
        usedBytes: 100 * 1000,
        usedFiles: 100,
        reservedBytes: 50 * 500,
        reservedFiles: 50,
      })
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
