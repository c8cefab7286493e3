import { errorOf, race } from '@audiohost/core/testing'
import { expect } from 'chai'
import { connectDatabase } from './connect.ts'
import type { Database } from './database.ts'
import { DatabaseNewerThanCode, migrateDatabase, migrationStatus } from './migrate.ts'
import { migrations } from './migrations/index.ts'
import type { Migration } from './migrations/migration.ts'
import { aDatabase, aProxyTo, anEmptyDatabase, type TestDatabase } from './testing/index.ts'

const allNames = migrations.map(({ name }) => name)

const later: Migration = {
  name: '9999-later',
  up: (transaction) => transaction.raw('alter table users add column nickname text'),
}

describe('migrateDatabase', () => {
  let test: TestDatabase

  beforeEach(async () => {
    test = await anEmptyDatabase()
  })
  afterEach(() => test.drop())

  const hasColumn = (table: string, column: string): Promise<boolean> =>
    test.database.run((knex) => knex.schema.hasColumn(table, column))

  it('brings an empty database up to the code, once', async () => {
    expect(await migrationStatus(test.database)).to.deep.equal({
      applied: [],
      pending: allNames,
      unknown: [],
    })
    expect(await migrateDatabase(test.database)).to.deep.equal(allNames)
    expect(await migrateDatabase(test.database)).to.deep.equal([])
    expect(await migrationStatus(test.database)).to.deep.equal({
      applied: allNames,
      pending: [],
      unknown: [],
    })
  })

  it('runs once where five apps start at one moment', async () => {
    const apps = await race(5, async () => connectDatabase({ address: test.url }))
    const outcomes = await Promise.all(apps.map((app) => migrateDatabase(app)))
    expect(outcomes.filter((names) => names.length > 0)).to.deep.equal([allNames])
    await Promise.all(apps.map((app) => app.close()))
  })

  it('adds what a newer release brings', async () => {
    await migrateDatabase(test.database)
    expect(await migrateDatabase(test.database, [...migrations, later])).to.deep.equal(['9999-later'])
    expect(await hasColumn('users', 'nickname')).to.equal(true)
  })

  it('refuses a database that a newer release has changed, and leaves it alone', async () => {
    await migrateDatabase(test.database, [...migrations, later])
    const error = await errorOf(migrateDatabase(test.database))
    expect(error).to.be.instanceOf(DatabaseNewerThanCode).with.property('message').that.contains('9999-later')
    expect((await migrationStatus(test.database)).unknown).to.deep.equal(['9999-later'])
  })

  it('changes nothing where one of several migrations fails, and works when that is mended', async () => {
    await migrateDatabase(test.database)
    const broken: Migration = {
      name: '9999-z',
      up: (transaction) => transaction.raw('alter table nothing add x int'),
    }
    expect(await errorOf(migrateDatabase(test.database, [...migrations, later, broken]))).to.have.property(
      'code',
      '42P01',
    )
    expect(await hasColumn('users', 'nickname')).to.equal(false)
    expect(await migrateDatabase(test.database, [...migrations, later])).to.deep.equal(['9999-later'])
  })

  it('changes nothing and locks nobody out where the app dies in the middle', async () => {
    const proxy = await aProxyTo(test.url)
    const dying = connectDatabase({ address: proxy.url })
    proxy.inspect((sent) => (sent.includes('create table audio') ? 'cut' : 'pass'))
    expect(await errorOf(migrateDatabase(dying))).to.have.property('code', 'database_unavailable')
    expect(await migrateDatabase(test.database)).to.deep.equal(allNames)
    await dying.close()
    await proxy.close()
  })

  it('may take longer than a statement of the app', async () => {
    const hasty = connectDatabase({
      address: test.url,
      statementTimeoutSeconds: 0.1,
      lockTimeoutSeconds: 0.1,
    })
    const slow: Migration = {
      name: '0001-slow',
      up: (transaction) => transaction.raw('select pg_sleep(0.3)'),
    }
    expect(await migrateDatabase(hasty, [slow])).to.deep.equal(['0001-slow'])
    await hasty.close()
  })
})

describe('the tables', () => {
  let test: TestDatabase

  before(async () => {
    test = await aDatabase()
  })
  after(() => test.drop())

  const indexesUsedBy = (database: Database, statement: string): Promise<string> =>
    database.transaction(async (transaction) => {
      // With next to no rows a scan is always cheaper.
      await transaction.raw('set local enable_seqscan = off; set local enable_sort = off')
      const { rows } = await transaction.raw<{ rows: { 'QUERY PLAN': string }[] }>(`explain ${statement}`)
      return rows.map((row) => row['QUERY PLAN']).join('\n')
    })

  const id = `'01980000-0000-7000-8000-000000000000'::uuid`
  const ofOwner = `select * from audio where owner_id = ${id} and status = 'ready'`
  const byColumn = (column: string, value: string) => `
    ${ofOwner} and (${column}, id) > (${value}, ${id}) order by ${column}, id limit 51`
  const byColumnOfType = (column: string, value: string) =>
    byColumn(column, value).replace(' and (', ` and content_type = 'audio/flac' and (`)
  const plans = [
    ['audio_by_title', byColumn('title_key', `'a'`)],
    ['audio_by_duration', byColumn('duration_seconds', '1')],
    ['audio_by_size', byColumn('size_bytes', '1')],
    ['audio_of_type', byColumnOfType('created_at', 'now()')],
    ['audio_of_type_by_title', byColumnOfType('title_key', `'a'`)],
    ['audio_of_type_by_duration', byColumnOfType('duration_seconds', '1')],
    ['audio_of_type_by_size', byColumnOfType('size_bytes', '1')],
    [
      'audio_of_owner',
      `select * from audio where owner_id = ${id} and status = 'ready' and (created_at, id) < (now(), ${id})
       order by created_at desc, id desc limit 51`,
    ],
    [
      'users_newest_first',
      `select * from users where (created_at, id) < (now(), ${id}) order by created_at desc, id desc limit 51`,
    ],
    ['audio_unready', `select id from audio where status = 'deleting' and id > ${id} order by id limit 500`],
    ['users_active_admins', 'select id from users where is_admin and is_active order by id'],
    ['sessions_of_user', `select * from sessions where user_id = ${id} order by created_at desc, id desc`],
  ] as const
  for (const [index, statement] of plans) {
    it(`have the index ${index} for what reads along it`, async () => {
      const plan = await indexesUsedBy(test.database, statement)
      expect(plan).to.match(new RegExp(`Index (Only )?Scan.* using ${index} `))
    })
  }
})
