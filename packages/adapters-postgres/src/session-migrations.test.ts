import { expect } from 'chai'
import { aSession, at, aUser } from '@audiohost/core/testing'
import { migrateDatabase } from './migrate.ts'
import { migrations } from './migrations/index.ts'
import { postgresRepositories } from './postgres-repositories.ts'
import { anEmptyDatabase, type TestDatabase } from './testing/index.ts'

describe('a session of a release that knew no confirmations', () => {
  const user = aUser()
  const session = aSession({ userId: user.id, generation: 3 })
  let test: TestDatabase

  beforeEach(async () => {
    test = await anEmptyDatabase()
    const older = migrations.filter(({ name }) => name < '0016')
    await migrateDatabase(test.database, older)
    await postgresRepositories(test.database).users.insert(user, undefined)
    await insertAsBefore()
  })
  afterEach(() => test.drop())

  /** By the statement of that release. */
  const insertAsBefore = (): Promise<unknown> =>
    test.database.run((knex) =>
      knex('sessions').insert({
        id: session.id,
        user_id: user.id,
        generation: session.generation,
        created_at: session.createdAt,
        refreshed_at: session.refreshedAt,
        idle_expires_at: session.idleExpiresAt,
        expires_at: session.expiresAt,
      }),
    )
  const rotate = (presented: number, seconds: number) =>
    postgresRepositories(test.database).sessions.rotate(session.id, {
      presented,
      now: at(seconds),
      graceSeconds: 10,
      idleTtlSeconds: 3600,
    })

  it('keeps its grace from the refresh', async () => {
    await migrateDatabase(test.database)
    expect(await rotate(2, 10)).to.include({ outcome: 'rotated' })
    expect(await rotate(2, 11)).to.include({ outcome: 'reused' })
  })

  it('is not confirmed in a generation that a node of that release moved it to', async () => {
    await migrateDatabase(test.database)
    await test.database.run((knex) => knex('sessions').update({ generation: 4, refreshed_at: at(60) }))
    expect(await rotate(3, 600)).to.include({ outcome: 'rotated' })
  })
})
