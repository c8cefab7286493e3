import { errorOf } from '@audiohost/core/testing'
import { expect } from 'chai'
import { connectDatabase } from './connect.ts'
import type { Database } from './database.ts'
import type { DatabaseOptions } from './database-options.ts'
import { DatabaseUnavailable } from './database-unavailable.ts'
import { nameOf, type PreparedStatement } from './prepared-statement.ts'
import { aDatabase, aProxyTo, type DatabaseProxy, type TestDatabase } from './testing/index.ts'

const doubled: PreparedStatement = {
  name: 'doubled',
  text: 'select value * 2 as doubled from counters where name = $1',
}

describe('a prepared statement', () => {
  let test: TestDatabase
  let proxy: DatabaseProxy
  let opened: Database[]
  before(async () => {
    test = await aDatabase()
  })
  after(() => test.drop())
  beforeEach(async () => {
    opened = []
    proxy = await aProxyTo(test.directUrl)
    await change('drop table if exists counters')
    await change(`create table counters as select 'a' as name, 21 as value`)
  })
  afterEach(async () => {
    for (const database of opened) await database.close()
    await proxy.close()
  })

  /** One connection, so that what it has prepared can be seen. */
  const open = (options: Partial<DatabaseOptions> = {}): Database => {
    const database = connectDatabase({ address: proxy.url, maxConnections: 1, ...options })
    opened.push(database)
    return database
  }
  const change = (statement: string): Promise<unknown> => test.database.run((knex) => knex.raw(statement))
  const run = (database: Database): Promise<readonly unknown[]> => database.prepared(doubled, ['a'])
  const preparedOn = (database: Database): Promise<unknown[]> =>
    database.run((knex) =>
      knex('pg_prepared_statements')
        .where({ name: nameOf(doubled) })
        .pluck('name'),
    )

  it('is parsed once a connection', async () => {
    const database = open()
    let parses = 0
    proxy.inspect((sent) => {
      if (sent.includes('value * 2')) parses++
      return 'pass'
    })
    for (let time = 0; time < 3; time++) expect(await run(database)).to.deep.equal([{ doubled: 42 }])
    expect(parses).to.equal(1)
    expect(await preparedOn(database)).to.deep.equal([nameOf(doubled)])
  })

  it('has no name where a pooler stands in between, and has its timeouts with it', async () => {
    const database = open({ behindPooler: true, statementTimeoutSeconds: 0.1 })
    expect(await run(database)).to.deep.equal([{ doubled: 42 }])
    expect(await preparedOn(database)).to.deep.equal([])
    await expectUnavailable(database.prepared({ name: 'slow', text: 'select pg_sleep(5)' }, []))
  })

  it('goes without a name where the connection has forgotten it, as a pooler that swaps connections makes it', async () => {
    const database = open()
    await run(database)
    await database.run((knex) => knex.raw('deallocate all'))
    expect(await run(database)).to.deep.equal([{ doubled: 42 }])
  })

  it('goes without a name where another client of the pooler has taken it', async () => {
    const database = open()
    await database.run((knex) => knex.raw('prepare ?? as select 1', [nameOf(doubled)]))
    expect(await run(database)).to.deep.equal([{ doubled: 42 }])
  })

  it('is not answered by what another release has prepared under its name', async () => {
    const database = open()
    await run(database)
    await database.run((knex) => knex.raw('deallocate all'))
    await database.run((knex) => knex.raw('prepare doubled(text) as select 0 as doubled'))
    expect(await run(database)).to.deep.equal([{ doubled: 42 }])
  })

  it('outlives a migration that changes what it returns', async () => {
    const database = open()
    await run(database)
    await change('alter table counters alter column value type double precision')
    expect(await run(database)).to.deep.equal([{ doubled: 42 }])
  })

  it('waits for none of the other statements, and takes none of their connections', async () => {
    const database = open({ maxConnections: 5, acquireTimeoutSeconds: 0.2 })
    const slow = Array.from({ length: 4 }, () => database.run((knex) => knex.raw('select pg_sleep(1)')))
    expect(await run(database)).to.deep.equal([{ doubled: 42 }])
    await expectUnavailable(database.ping())
    await Promise.all(slow)
    await database.ping()
  })

  it('that is long stands in line with the others, and leaves the quick ones their connections', async () => {
    const database = open({ maxConnections: 5, acquireTimeoutSeconds: 0.2 })
    const sleep: PreparedStatement = { name: 'sleep', text: 'select pg_sleep(1)', isLong: true }
    const slow = Array.from({ length: 4 }, () => database.prepared(sleep, []))
    expect(await run(database)).to.deep.equal([{ doubled: 42 }])
    await expectUnavailable(database.prepared({ ...doubled, isLong: true }, ['a']))
    await Promise.all(slow)
  })

  it('gives its connection back when it fails', async () => {
    const database = open()
    expect(await errorOf(database.prepared({ name: 'broken', text: 'select 1 / 0' }, []))).to.include({
      code: '22012',
    })
    await database.ping()
  })

  it('says that the database is away, and works when it is back', async () => {
    const database = open()
    await run(database)
    await proxy.goAway()
    await expectUnavailable(run(database))
    await proxy.comeBack()
    expect(await run(database)).to.deep.equal([{ doubled: 42 }])
  })

  const expectUnavailable = async (promise: Promise<unknown>): Promise<void> => {
    expect(await errorOf(promise)).to.be.instanceOf(DatabaseUnavailable)
  }
})
