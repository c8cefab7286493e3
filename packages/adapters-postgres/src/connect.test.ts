import { errorOf } from '@audiohost/core/testing'
import { expect } from 'chai'
import pg from 'pg'
import { connectDatabase } from './connect.ts'
import type { Database } from './database.ts'
import type { DatabaseOptions } from './database-options.ts'
import { DatabaseUnavailable } from './database-unavailable.ts'
import { aDatabase, aProxyTo, type DatabaseProxy, type TestDatabase } from './testing/index.ts'

describe('connectDatabase', () => {
  let test: TestDatabase
  let proxy: DatabaseProxy
  let opened: Database[]

  before(async () => {
    test = await aDatabase()
    await test.database.run((knex) =>
      knex.raw('create table counters (name text primary key, value bigint not null)'),
    )
  })
  after(() => test.drop())

  beforeEach(async () => {
    opened = []
    proxy = await aProxyTo(test.directUrl)
    await test.database.run((knex) =>
      knex.raw(`delete from counters; insert into counters values ('a', 0), ('b', 0)`),
    )
  })
  afterEach(async () => {
    for (const database of opened) await database.close()
    await proxy.close()
  })

  const open = (options: Partial<DatabaseOptions> = {}): Database => {
    const database = connectDatabase({ address: proxy.url, ...options })
    opened.push(database)
    return database
  }
  const increment = (name: string) => (database: Database) =>
    database.run((knex) => knex('counters').where({ name }).increment('value'))
  const valueOf = async (name: string): Promise<unknown> =>
    (await test.database.run((knex) => knex('counters').where({ name }).first<{ value: unknown }>())).value
  const sleep =
    (seconds: number, mark = '') =>
    (database: Database) =>
      database.run((knex) => knex.raw(`select pg_sleep(?) ${mark}`, [seconds]))

  const expectUnavailable = async (promise: Promise<unknown>): Promise<DatabaseUnavailable> => {
    const error = await errorOf(promise)
    if (!(error instanceof DatabaseUnavailable)) throw error
    expect(error.code).to.equal('database_unavailable')
    expect(error.retryAfterSeconds).to.be.within(1, 60)
    return error
  }

  describe('where the database goes away', () => {
    it('says so while it is away, and works again without being told when it is back', async () => {
      const database = open()
      await database.ping()
      await proxy.goAway()
      await expectUnavailable(database.ping())
      await expectUnavailable(increment('a')(database))
      await expectUnavailable(database.transaction((transaction) => transaction('counters').del()))
      await proxy.comeBack()
      await database.ping()
      await increment('a')(database)
      expect(await valueOf('a')).to.equal(1)
    })

    it('says so where it was never there', async () => {
      await proxy.goAway()
      await expectUnavailable(open().ping())
    })

    it('says so where its name is not known', async () => {
      const url = Object.assign(new URL(proxy.url), { host: 'database.invalid' }).href
      await expectUnavailable(open({ address: url }).ping())
    })

    it('gives up a statement whose connection is cut', async () => {
      const database = open()
      const stuck = expectUnavailable(sleep(5, '/* cut */')(database))
      await untilRunning('/* cut */')
      await proxy.goAway()
      await stuck
    })

    it('never repeats a transaction whose commit was cut off, for it may have happened', async () => {
      const database = open()
      let attempts = 0
      proxy.inspect((sent) => (sent.includes('COMMIT') ? 'cut' : 'pass'))
      const work = database.transaction(async (transaction) => {
        attempts++
        await transaction('counters').where({ name: 'a' }).increment('value')
      })
      await expectUnavailable(work)
      expect(attempts).to.equal(1)
      expect(await valueOf('a')).to.equal(0)
    })

    it('gives up where nothing answers any more, and connects anew', async () => {
      const database = open({ statementTimeoutSeconds: 0.2, connectTimeoutSeconds: 0.3 })
      await database.ping()
      proxy.fallSilent()
      await expectUnavailable(database.ping())
      await expectUnavailable(database.ping())
    })

    it('says so where an operator ends the connection or the server shuts down', async () => {
      const database = open()
      const stuck = expectUnavailable(sleep(5, '/* end */')(database))
      await untilRunning('/* end */')
      await test.database.run((knex) =>
        knex.raw(`select pg_terminate_backend(pid) from pg_stat_activity where position(? in query) > 0`, [
          '/* end */',
        ]),
      )
      await stuck
      await database.ping()
    })

    it('leaves a standby for the server that takes over', async () => {
      const other = await aDatabase()
      const alter = `alter database ${new URL(other.directUrl).pathname.slice(1)}`
      const database = open({ address: other.directUrl })
      const write = (): Promise<unknown> => database.run((knex) => knex('users').delete())
      await test.database.run((knex) => knex.raw(`${alter} set default_transaction_read_only = on`))
      await Promise.all([database.ping(), database.ping(), database.ping()])
      await test.database.run((knex) => knex.raw(`${alter} reset default_transaction_read_only`))
      // One write finds out; after that no connection of those days is used again.
      await expectUnavailable(write())
      await Promise.all([write(), write(), write()])
      await other.drop()
    })
  })

  describe('where the database is overloaded', () => {
    it('waits for a free connection only so long', async () => {
      const database = open({ maxConnections: 1, acquireTimeoutSeconds: 0.1 })
      const holder = sleep(0.5)(database)
      await expectUnavailable(database.ping())
      await holder
      await database.ping()
    })

    it('ends a statement that takes too long', async () => {
      await expectUnavailable(sleep(5)(open({ statementTimeoutSeconds: 0.1 })))
    })

    it('waits for a lock only so long', async () => {
      const database = open({ lockTimeoutSeconds: 0.1 })
      await test.database.transaction(async (transaction) => {
        await transaction('counters').where({ name: 'a' }).forUpdate()
        await expectUnavailable(increment('a')(database))
      })
    })

    it('ends a transaction in which nothing happens', async () => {
      const database = open({ idleInTransactionTimeoutSeconds: 0.1 })
      const idle = database.transaction(async (transaction) => {
        await transaction('counters').where({ name: 'a' }).forUpdate()
        // Returns when the server has ended the idle holder of the lock.
        await test.database.run((knex) => knex('counters').where({ name: 'a' }).update({ value: 7 }))
        await transaction('counters').where({ name: 'a' }).update({ value: 8 })
      })
      await expectUnavailable(idle)
      expect(await valueOf('a')).to.equal(7)
    })
  })

  describe('where transactions get in the way of each other', () => {
    it('repeats the whole transaction that lost a deadlock', async () => {
      const database = open()
      const bothHoldOne = barrier(2)
      const transfer = (from: string, to: string): Promise<void> =>
        database.transaction(async (transaction) => {
          await transaction('counters').where({ name: from }).decrement('value', 5)
          await bothHoldOne()
          await transaction('counters').where({ name: to }).increment('value', 5)
        })
      await Promise.all([transfer('a', 'b'), transfer('b', 'a')])
      expect([await valueOf('a'), await valueOf('b')]).to.deep.equal([0, 0])
    })

    it('gives up after five attempts', async () => {
      let attempts = 0
      const failing = open().transaction(async (transaction) => {
        attempts++
        await transaction.raw(`do $$ begin raise exception using errcode = '40001'; end $$`)
      })
      await expectUnavailable(failing)
      expect(attempts).to.equal(5)
    })

    it('undoes everything where the work throws, and hands the error on', async () => {
      const cause = new Error('changed my mind')
      const work = open().transaction(async (transaction) => {
        await transaction('counters').where({ name: 'a' }).increment('value')
        throw cause
      })
      expect(await errorOf(work)).to.equal(cause)
      expect(await valueOf('a')).to.equal(0)
    })
  })

  describe('behind a pooler that refuses settings at the start, as pgbouncer does', () => {
    beforeEach(() => {
      proxy.inspect((sent, client) => {
        if (!sent.includes('statement_timeout\0')) return 'pass'
        client.end(refusal('08P01', 'unsupported startup parameter: statement_timeout'))
        return 'pass'
      })
    })

    it('works from the first statement on, however many come first', async () => {
      const database = open()
      await Promise.all(Array.from({ length: 8 }, () => increment('a')(database)))
      expect(await valueOf('a')).to.equal(8)
    })

    it('sets the timeouts in each transaction, and leaves nothing in the session', async () => {
      const database = open({ maxConnections: 1 })
      await expectUnavailable(sleep(5)(open({ statementTimeoutSeconds: 0.1 })))
      const settings = await database.transaction(async (transaction) => {
        const { rows } = await transaction.raw<{ rows: { timeout: string }[] }>(
          `select current_setting('statement_timeout') || ' ' || current_setting('lock_timeout') || ' ' ||
             current_setting('idle_in_transaction_session_timeout') as timeout`,
        )
        return rows[0]?.timeout
      })
      expect(settings).to.equal('10s 5s 10s')
    })
  })

  describe('its values and errors', () => {
    it('reads large integers as numbers, and refuses those that a number cannot hold', async () => {
      const database = open()
      const read = (text: string): Promise<unknown> =>
        database.run(async (knex) => {
          const { rows } = await knex.raw<{ rows: { value: unknown }[] }>(`select ${text}::bigint as value`)
          return rows[0]?.value
        })
      expect(await read('9007199254740991')).to.equal(9007199254740991)
      expect(await errorOf(read('9007199254740993'))).to.be.instanceOf(RangeError)
      await database.ping()
    })

    it("leaves the driver's own parsers alone", async () => {
      open()
      const parse = pg.types.getTypeParser(pg.types.builtins.INT8) as (text: string) => unknown
      expect(parse('1')).to.equal('1')
    })

    it('keeps the values of rows out of errors', async () => {
      const insert = open().run((knex) => knex('counters').insert({ name: 'hunter2', value: null }))
      const error = await errorOf(insert)
      expect(error).to.have.property('code', '23502')
      expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).to.not.contain('hunter2')
    })
  })

  it('holds no connection once it is closed', async () => {
    const database = connectDatabase({ address: test.url })
    await database.ping()
    await database.close()
    await expectUnavailable(database.ping())
  })

  async function untilRunning(text: string): Promise<void> {
    for (;;) {
      const { rows } = await test.database.run((knex) =>
        knex.raw<{ rows: unknown[] }>(
          `select from pg_stat_activity where state = 'active' and position(? in query) > 0
             and pid <> pg_backend_pid() and datname = current_database()`,
          [text],
        ),
      )
      if (rows.length > 0) return
    }
  }
})

/** Lets the first `count` callers wait for each other, and everybody after them pass. */
function barrier(count: number): () => Promise<void> {
  let arrived = 0
  let open = (): void => undefined
  const opened = new Promise<void>((resolve) => (open = resolve))
  return () => {
    if (++arrived === count) open()
    return opened
  }
}

/** An ErrorResponse of the protocol (manual, 55.8). */
function refusal(code: string, message: string): Buffer {
  const fields = Buffer.from(`SFATAL\0VFATAL\0C${code}\0M${message}\0\0`)
  const head = Buffer.alloc(5)
  head.write('E')
  head.writeInt32BE(fields.length + 4, 1)
  return Buffer.concat([head, fields])
}
