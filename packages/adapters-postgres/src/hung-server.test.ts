import { setImmediate } from 'node:timers/promises'
import { errorOf } from '@audiohost/core/testing'
import { expect } from 'chai'
import type { Database } from './database.ts'
import { connectDatabase } from './connect.ts'
import { DatabaseUnavailable } from './database-unavailable.ts'
import { EmbeddedFolder } from './testing/embedded-folder.ts'

describe('a database server that hangs', function () {
  this.timeout(60_000)
  let folder: EmbeddedFolder
  let database: Database
  let reports: boolean[]

  before(async () => {
    folder = await EmbeddedFolder.make()
    const server = await folder.start()
    database = connectDatabase({
      address: server.url,
      maxConnections: 5,
      onHang: (isHung) => reports.push(isHung),
    })
    await database.run((knex) => knex.raw('create table note (text text)'))
  })
  beforeEach(() => (reports = []))
  after(async () => {
    await folder.signal('SIGCONT')
    await database.close()
    await folder.remove()
  })

  const note = (text: string): Promise<unknown> => database.run((knex) => knex('note').insert({ text }))
  const notes = (): Promise<string[]> =>
    database.run((knex) => knex('note').orderBy('text').pluck<string[]>('text'))
  const atOnce = async (work: Promise<unknown>): Promise<unknown> => {
    let failure: unknown = 'it waits'
    work.then(
      () => (failure = 'it worked'),
      (error: unknown) => (failure = error),
    )
    for (let turn = 0; turn < 3; turn++) await setImmediate()
    return failure
  }
  const untilItAnswers = async (): Promise<void> => {
    for (;;) {
      const failure = await database.ping().catch((error: unknown) => error)
      if (failure === undefined) return
      expect(failure).to.be.instanceOf(DatabaseUnavailable)
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }

  for (const round of ['first', 'second'])
    it(`fails what waits and then all else at once, and recovers by itself, the ${round} time`, async () => {
      await folder.signal('SIGSTOP')
      // More than there are connections, so that some wait for the pool.
      const waiting = Array.from({ length: 12 }, (_, index) => errorOf(note(`${round} waiting ${index}`)))
      for (const failure of await Promise.all(waiting)) expect(failure).to.be.instanceOf(DatabaseUnavailable)
      const calls = [
        () => note('refused'),
        () => database.ping(),
        () => database.transaction(() => note('refused')),
      ]
      for (const call of calls) expect(await atOnce(call())).to.be.instanceOf(DatabaseUnavailable)

      expect([reports, database.poolUsage().isHung]).to.deep.equal([[true], true])

      await folder.signal('SIGCONT')
      await untilItAnswers()
      expect([reports, database.poolUsage().isHung]).to.deep.equal([[true, false], false])
      await note(`${round} after`)
      const stored = await notes()
      expect(stored).to.include(`${round} after`).and.not.include('refused')
      // At most what had reached the server by then: nothing runs that had waited for a connection.
      expect(stored.filter((text) => text.startsWith(`${round} waiting`)).length).to.be.at.most(5)
    })

  it('leaves a slow statement alone while the server answers others', async () => {
    const slow = database.run((knex) => knex.raw('select pg_sleep(4)'))
    expect(await slow).to.have.property('rowCount', 1)
    expect(reports).to.deep.equal([])
  })
})
