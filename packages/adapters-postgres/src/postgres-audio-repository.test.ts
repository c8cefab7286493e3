import { unlimited, type Audio, type Repositories } from '@audiohost/core'
import { anAudio, aUser } from '@audiohost/core/testing'
import { expect } from 'chai'
import sinon from 'sinon'
import { PostgresAudioRepository } from './postgres-audio-repository.ts'
import { postgresRepositories } from './postgres-repositories.ts'
import { aDatabase, type TestDatabase } from './testing/index.ts'

describe('PostgresAudioRepository', () => {
  let test: TestDatabase
  let repositories: Repositories
  before(async () => {
    test = await aDatabase()
    repositories = postgresRepositories(test.database)
  })
  after(() => test.drop())
  afterEach(() => {
    sinon.restore()
  })

  async function stored(): Promise<Audio> {
    const { id: ownerId } = aUser()
    await repositories.users.insert({ ...aUser(), id: ownerId }, undefined)
    const audio = anAudio({ ownerId })
    await repositories.audio.insertPending(audio, unlimited)
    await repositories.audio.markReady(audio)
    return audio
  }

  it('finds with one statement what is asked for in one turn, and asks again in the next', async () => {
    const [one, other] = [await stored(), await stored()]
    const audio = new PostgresAudioRepository(test.database)
    const statements = sinon.spy(test.database, 'prepared')
    const ids = [one.id, other.id, anAudio().id, one.id]
    const find = async () => Promise.all(ids.map((id) => audio.find(id)))
    expect(await find()).to.deep.equal([one, other, undefined, one])
    // Once for the states, once for what was not known in them.
    expect(statements.callCount).to.equal(2)
    await repositories.audio.bury(one.id, one.ownerId)
    expect(await find()).to.deep.equal([undefined, other, undefined, undefined])
    expect(statements.callCount).to.equal(3)
  })
})
