import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { unlimited, type Audio, type AudioFilter, type Repositories } from '@audiohost/core'
import { anAudio, at, aUser } from '@audiohost/core/testing'
import { expect } from 'chai'
import sinon from 'sinon'
import { PostgresAudioRepository } from './postgres-audio-repository.ts'
import { postgresRepositories } from './postgres-repositories.ts'
import { RememberedAudio } from './remembered-audio.ts'
import { aDatabase, type TestDatabase } from './testing/index.ts'

const newestFirst: AudioFilter = { order: { by: 'created', direction: 'descending' } }
const byTitle: AudioFilter = { order: { by: 'title', direction: 'ascending' } }
const ofOneType: AudioFilter = { ...newestFirst, contentType: anAudio().media.contentType }
const page = { limit: 50, after: undefined }

function garbageCollector(): () => void {
  setFlagsFromString('--expose-gc')
  return runInNewContext('gc') as () => void
}

describe('audio that was read before', () => {
  const owner = aUser()
  let test: TestDatabase
  /** Changes what the other one remembers, as another node does. */
  let elsewhere: Repositories
  let audio: PostgresAudioRepository

  before(async () => {
    test = await aDatabase()
    elsewhere = postgresRepositories(test.database)
  })
  after(() => test.drop())
  beforeEach(async () => {
    await test.truncate()
    await elsewhere.users.insert(owner, undefined)
    audio = new PostgresAudioRepository(test.database)
  })
  afterEach(() => {
    sinon.restore()
  })

  async function store(overrides: Partial<Audio> = {}): Promise<Audio> {
    const stored = anAudio({ ...overrides, ownerId: owner.id })
    await elsewhere.audio.insertPending(stored, unlimited)
    await elsewhere.audio.markReady(stored)
    return stored
  }

  const listed = async (filter = newestFirst) => (await audio.list(owner.id, page, filter)).items

  for (const [name, filter] of Object.entries({ newestFirst, byTitle, ofOneType })) {
    it(`is the same object in a list that has become shorter, which takes two short statements: ${name}`, async () => {
      for (const index of [3, 2, 1]) await store({ createdAt: at(index), title: `${index}` })
      const gone = await store({ createdAt: at(0), title: '0' })
      const first = await listed(filter)
      await elsewhere.audio.bury(gone.id, owner.id)
      const run = sinon.spy(test.database, 'run')
      const prepared = sinon.spy(test.database, 'prepared')
      const second = await listed(filter)
      expect(second).to.have.lengthOf(3)
      const left = first.filter(({ id }) => id !== gone.id)
      second.forEach((each, index) => {
        expect(each).to.equal(left[index])
      })
      const texts = prepared.args.map(([{ text }]) => text)
      expect(run.callCount + prepared.callCount).to.equal(2)
      for (const text of texts) expect(text).to.not.contain('description')
    })
  }

  it('is read at once where the page is asked for the first time, and is what was known of it', async () => {
    const { id } = await store()
    const known = await audio.find(id)
    const prepared = sinon.spy(test.database, 'prepared')
    expect((await listed())[0]).to.equal(known)
    expect(prepared.callCount).to.equal(2)
  })

  it('is the same object for who asks for it by its id', async () => {
    const { id } = await store()
    const [first] = await listed()
    expect(await audio.find(id)).to.equal(first)
  })

  const changes: readonly [string, (stored: Audio) => Promise<unknown>][] = [
    ['a new title', ({ id }) => elsewhere.audio.update(id, owner.id, { title: 'New' }, at(9))],
    [
      'a new description within the same millisecond',
      ({ id, updatedAt }) => elsewhere.audio.update(id, owner.id, { description: 'New' }, updatedAt),
    ],
    ['damage', ({ id }) => elsewhere.checks.record(id, { damage: 'corrupt', verifiedAt: at(9) })],
    [
      'a change by hand',
      ({ id }) => test.database.run((knex) => knex('audio').where({ id }).update({ file_name: 'x.mp3' })),
    ],
  ]
  for (const [what, change] of changes) {
    it(`is read again after ${what}`, async () => {
      const kept = await store({ createdAt: at(1) })
      const changed = await store({ createdAt: at(0) })
      const before = await listed()
      expect(before).to.deep.equal([kept, changed])
      await change(changed)
      const fresh = await new PostgresAudioRepository(test.database).find(changed.id)
      expect(fresh).to.not.deep.equal(changed)
      expect(await listed()).to.deep.equal([kept, fresh])
      expect(await audio.find(changed.id)).to.deep.equal(fresh)
    })
  }

  it('is gone once it was deleted, and what is new is there', async () => {
    const deleted = await store({ createdAt: at(0) })
    const kept = await store({ createdAt: at(1) })
    expect(await listed()).to.deep.equal([kept, deleted])
    await elsewhere.audio.bury(deleted.id, owner.id)
    const added = await store({ createdAt: at(2) })
    expect(await listed()).to.deep.equal([added, kept])
    expect(await audio.find(deleted.id)).to.equal(undefined)
  })

  it('is found where its texts hold the signs that stand between fields, too', async () => {
    const odd = await store({ description: 'one\u001ftwo\u001e' })
    expect(await listed()).to.deep.equal([odd])
    const [first] = await listed()
    expect(first).to.deep.equal(odd)
  })

  it('keeps nothing of the pages that it came in but itself', async () => {
    const gc = garbageCollector()
    for (let index = 0; index < 20; index++)
      await store({ createdAt: at(index), description: 'x'.repeat(50_000) })
    const heapBytes = (): number => {
      gc()
      return process.memoryUsage().heapUsed
    }
    const lookAtANewOne = async (index: number): Promise<void> => {
      const { id } = await store({ createdAt: at(100 + index) })
      expect(await listed()).to.have.lengthOf(21)
      await elsewhere.audio.bury(id, owner.id)
    }
    await lookAtANewOne(0)
    const before = heapBytes()
    for (let index = 1; index <= 30; index++) await lookAtANewOne(index)
    // Thirty pages of a megabyte.
    expect(heapBytes() - before).to.be.below(10_000_000)
  })

  it('takes no more memory than it may', () => {
    const longest = anAudio({ description: 'x'.repeat(10_000) })
    const remembered = new RememberedAudio({ maxBytes: 260_000 })
    const states = Array.from({ length: 10 }, () => ({ id: anAudio().id, version: '1' }))
    for (const state of states) remembered.keep(state, { audio: longest, titleKey: '' })
    const kept = states.filter((state) => remembered.find(state) !== undefined)
    // Six bytes a character, and what the objects take: 64,000 and a little each.
    expect(kept).to.deep.equal(states.slice(-4))
  })
})
