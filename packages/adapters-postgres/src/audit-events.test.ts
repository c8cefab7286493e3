import { AuditTrail, UpdateUser, type Repositories, type User } from '@audiohost/core'
import { anAuditEvent, aUser, errorOf, inMemoryAdapters } from '@audiohost/core/testing'
import { expect } from 'chai'
import { postgresRepositories } from './postgres-repositories.ts'
import { PostgresUnitOfWork } from './postgres-unit-of-work.ts'
import { aDatabase, type TestDatabase } from './testing/index.ts'

const someId = '01939c1e-7a4b-7cc3-9f7e-2b1d3c4e5f60'
const firstPage = { limit: 100, after: undefined }

describe('the table of the audit log', () => {
  let test: TestDatabase
  let repositories: Repositories
  before(async () => {
    test = await aDatabase()
    repositories = postgresRepositories(test.database)
  })
  after(() => test.drop())
  beforeEach(() => test.truncate())

  const storedCount = async (): Promise<number> =>
    (await repositories.auditLog.list(firstPage, {})).items.length

  for (const statement of [
    `update audit_events set event = 'logout'`,
    'delete from audit_events',
    'truncate audit_events',
  ]) {
    it(`refuses to run: ${statement}`, async () => {
      await repositories.auditLog.append(anAuditEvent())
      const error = await errorOf(test.database.run((knex) => knex.raw(statement)))
      expect(error)
        .to.have.property('message')
        .that.matches(/append-only/)
      expect(await storedCount()).to.equal(1)
    })
  }

  it('does not leave the table open to deletions after the retention period was applied', async () => {
    const event = anAuditEvent()
    await repositories.auditLog.append(event)
    await repositories.auditLog.removeBefore(event.createdAt)
    for (let connection = 0; connection < 5; connection++) {
      const error = await errorOf(test.database.run((knex) => knex('audit_events').delete()))
      expect(error)
        .to.have.property('message')
        .that.matches(/append-only/)
    }
  })

  describe('in one transaction with the write', () => {
    let user: User
    beforeEach(async () => {
      user = aUser()
      await repositories.users.insert(user, undefined)
    })

    it('rolls back both when the work fails', async () => {
      const unitOfWork = new PostgresUnitOfWork(test.database)
      const fault = new Error('after both')
      const error = await errorOf(
        unitOfWork.run(async ({ users, auditLog }) => {
          await users.update(user.id, { name: 'Zoe' }, new Date())
          await auditLog.append(anAuditEvent())
          throw fault
        }),
      )
      expect(error).to.equal(fault)
      expect((await repositories.users.find(user.id))?.name).to.equal(user.name)
      expect(await storedCount()).to.equal(0)
    })

    it('changes no user if the event cannot be stored', async () => {
      const { audit, clock } = inMemoryAdaptersOn(test)
      const actor = { userId: user.id, sessionId: anAuditEvent().sessionId as never, isAdmin: true }
      const update = new UpdateUser({ audit, clock })
      await test.database.run((knex) =>
        knex.raw('alter table audit_events add constraint full_log check (false) not valid'),
      )
      const error = await errorOf(update.execute({ actor, id: user.id, name: 'Zoe' }))
      await test.database.run((knex) => knex.raw('alter table audit_events drop constraint full_log'))
      expect(error)
        .to.have.property('message')
        .that.matches(/full_log/)
      expect((await repositories.users.find(user.id))?.name).to.equal(user.name)
      await update.execute({ actor, id: user.id, name: 'Zoe' })
      expect((await repositories.users.find(user.id))?.name).to.equal('Zoe')
      expect(await storedCount()).to.equal(1)
    })
  })

  for (const [filter, index] of [
    ['', 'audit_events_by_time'],
    [`where event = 'sign_in'`, 'audit_events_of_event'],
    [`where actor_id = '${someId}'`, 'audit_events_of_actor'],
    [`where subject_id = '${someId}'`, 'audit_events_of_subject'],
  ] as const) {
    it(`reads a page along ${index}`, async () => {
      const plan = await test.database.transaction(async (transaction) => {
        await transaction.raw('set local enable_seqscan = off; set local enable_sort = off')
        const page = `select * from audit_events ${filter} order by created_at desc, id desc limit 51`
        const { rows } = await transaction.raw<{ rows: { 'QUERY PLAN': string }[] }>(`explain ${page}`)
        return rows.map((row) => row['QUERY PLAN']).join('\n')
      })
      expect(plan).to.include(index).and.not.include('Sort')
    })
  }
})

/** The use cases' other dependencies, with the trail on PostgreSQL. */
function inMemoryAdaptersOn({ database }: TestDatabase) {
  const adapters = inMemoryAdapters()
  const { securityLog, rateLimiter, clock, ids } = adapters
  const unitOfWork = new PostgresUnitOfWork(database)
  const { auditLog } = postgresRepositories(database)
  return { clock, audit: new AuditTrail({ auditLog, unitOfWork, securityLog, rateLimiter, clock, ids }) }
}
