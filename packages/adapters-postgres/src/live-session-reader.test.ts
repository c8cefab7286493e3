import type { Repositories, Session, SessionId, UserId } from '@audiohost/core'
import { aSession, at, aUser, errorOf } from '@audiohost/core/testing'
import { expect } from 'chai'
import sinon from 'sinon'
import { LiveSessionReader } from './live-session-reader.ts'
import { postgresRepositories } from './postgres-repositories.ts'
import { aDatabase, type TestDatabase } from './testing/index.ts'

describe('LiveSessionReader', () => {
  let test: TestDatabase
  let repositories: Repositories
  let statements: sinon.SinonSpy
  let reader: LiveSessionReader
  before(async () => {
    test = await aDatabase()
    repositories = postgresRepositories(test.database)
  })
  after(() => test.drop())
  beforeEach(async () => {
    await test.truncate()
    statements = sinon.spy(test.database, 'prepared')
    reader = new LiveSessionReader(test.database)
  })
  afterEach(() => {
    sinon.restore()
  })

  const storedUser = async (): Promise<UserId> => {
    const user = aUser()
    await repositories.users.insert(user, undefined)
    return user.id
  }
  const storedSession = async (overrides: Partial<Session> & Pick<Session, 'userId'>): Promise<SessionId> => {
    const session = aSession(overrides)
    await repositories.sessions.insert(session)
    return session.id
  }
  const storedSessions = async (count: number): Promise<SessionId[]> => {
    const userId = await storedUser()
    return Promise.all(Array.from({ length: count }, () => storedSession({ userId })))
  }
  /** The first statement has been run, but who asked has not heard of it yet. */
  const holdBackFirstAnswer = () => {
    sinon.restore()
    const prepared = test.database.prepared.bind(test.database)
    let release = (): void => undefined
    let arrive = (): void => undefined
    const released = new Promise<void>((resolve) => (release = resolve))
    const arrived = new Promise<void>((resolve) => (arrive = resolve))
    sinon
      .stub(test.database, 'prepared')
      .callsFake(prepared)
      .onFirstCall()
      .callsFake(async (...call) => {
        const rows = await prepared(...call)
        arrive()
        await released
        return rows
      })
    return { arrived, release }
  }
  const findAll = (ids: readonly SessionId[]) => Promise.all(ids.map((id) => reader.find(id, at(1))))

  it('asks once for all who ask in one turn, and tells each of their own', async () => {
    const first = await storedSessions(3)
    const second = await storedSessions(2)
    const ids = [...first, aSession().id, ...second, ...first]
    const found = await findAll(ids)
    expect(found.map((live) => live?.session.id)).to.deep.equal(
      ids.map((id, index) => (index === 3 ? undefined : id)),
    )
    for (const live of found) expect(live?.user.id).to.equal(live?.session.userId)
    expect(statements.callCount).to.equal(1)
    expect(statements.firstCall.args[1]).to.deep.equal([[...new Set(ids)]])
  })

  it('asks by the time of each who asks', async () => {
    const id = await storedSession({ userId: await storedUser(), idleExpiresAt: at(60) })
    const [before, after] = await Promise.all([reader.find(id, at(59)), reader.find(id, at(60))])
    expect([before?.session.id, after]).to.deep.equal([id, undefined])
  })

  it('asks for at most 200 at once', async () => {
    const ids = await storedSessions(201)
    expect(await findAll(ids)).to.not.include(undefined)
    expect(statements.callCount).to.equal(2)
  })

  it('tells nobody what an earlier one is being told still', async () => {
    const userId = await storedUser()
    const id = await storedSession({ userId })
    const answered = holdBackFirstAnswer()
    const earlier = reader.find(id, at(1))
    await answered.arrived
    await repositories.sessions.end(id, userId, at(1))
    expect(await reader.find(id, at(1))).to.equal(undefined)
    answered.release()
    expect((await earlier)?.session.id).to.equal(id)
  })

  it('fails for all who shared the statement, and for nobody after them', async () => {
    const ids = await storedSessions(2)
    const fault = new Error('cut')
    sinon.restore()
    const failing = sinon.stub(test.database, 'prepared').rejects(fault)
    const errors = await Promise.all(ids.map((id) => errorOf(reader.find(id, at(1)))))
    expect(errors).to.deep.equal([fault, fault])
    failing.restore()
    expect(await findAll(ids)).to.not.include(undefined)
  })
})
