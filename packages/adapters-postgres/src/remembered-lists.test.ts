import { setTimeout as delay } from 'node:timers/promises'
import { unlimited, type Audio, type AudioFilter, type AudioPage, type Repositories } from '@audiohost/core'
import { anAudio, at, aUser } from '@audiohost/core/testing'
import { expect } from 'chai'
import sinon from 'sinon'
import { PostgresAudioRepository } from './postgres-audio-repository.ts'
import { postgresRepositories } from './postgres-repositories.ts'
import { RememberedLists } from './remembered-lists.ts'
import { aDatabase, type TestDatabase } from './testing/index.ts'

const newestFirst: AudioFilter = { order: { by: 'created', direction: 'descending' } }
const found: AudioFilter = { search: { phrase: 'some', terms: ['some'] }, order: { by: 'relevance' } }
const page = { limit: 50, after: undefined }

describe('lists that were read before', () => {
  const owner = aUser()
  const other = aUser()
  let test: TestDatabase
  /** Changes what the one under test remembers, as another node does. */
  let elsewhere: Repositories
  let audio: PostgresAudioRepository

  before(async () => {
    test = await aDatabase()
    elsewhere = postgresRepositories(test.database)
  })
  after(() => test.drop())
  beforeEach(async () => {
    await test.truncate()
    for (const user of [owner, other]) await elsewhere.users.insert(user, undefined)
    audio = new PostgresAudioRepository(test.database)
  })
  afterEach(() => {
    sinon.restore()
  })

  async function store(overrides: Partial<Audio> = {}): Promise<Audio> {
    const stored = anAudio({ ownerId: owner.id, title: 'some', ...overrides })
    await elsewhere.audio.insertPending(stored, unlimited)
    await elsewhere.audio.markReady(stored)
    return stored
  }

  for (const [name, filter] of Object.entries({ newestFirst, found })) {
    it(`are the same object, and cost one short statement: ${name}`, async () => {
      await store()
      const first = await audio.list(owner.id, page, filter)
      const run = sinon.spy(test.database, 'run')
      const prepared = sinon.spy(test.database, 'prepared')
      expect(await audio.list(owner.id, page, filter)).to.equal(first)
      expect([run.callCount, prepared.callCount]).to.deep.equal([0, 1])
      expect(await audio.list(owner.id, { ...page, limit: 49 }, filter)).to.not.equal(first)
    })
  }

  const changes: Record<string, (stored: Audio) => Promise<unknown>> = {
    'a new title': ({ id }) => elsewhere.audio.update(id, owner.id, { title: 'some other' }, at(9)),
    'new audio': () => store({ createdAt: at(9) }),
    'deleted audio': ({ id }) => elsewhere.audio.bury(id, owner.id),
    damage: ({ id }) => elsewhere.checks.record(id, { damage: 'corrupt', verifiedAt: at(9) }),
    'a change by hand': ({ id }) =>
      test.database.run((knex) => knex('audio').where({ id }).update({ file_name: 'x.mp3' })),
    'a deletion by hand': ({ id }) => test.database.run((knex) => knex('audio').where({ id }).delete()),
    'the loss of all audio': () => test.database.run((knex) => knex.raw('truncate audio cascade')),
    'audio that another gave away': async () => {
      const { id } = await store({ ownerId: other.id })
      await test.database.run((knex) => knex('audio').where({ id }).update({ owner_id: owner.id }))
    },
    'audio that another got': ({ id }) =>
      test.database.run((knex) => knex('audio').where({ id }).update({ owner_id: other.id })),
    'counters that were lost and counted anew': async ({ id }) => {
      await test.database.run((knex) => knex('storage_usage').delete())
      await elsewhere.audio.update(id, owner.id, { title: 'some other' }, at(9))
      await elsewhere.usageAudit.recount(owner.id)
    },
  }
  for (const [what, change] of Object.entries(changes)) {
    it(`are read again after ${what}, and say it`, async () => {
      const stored = await store()
      const before = [await audio.list(owner.id, page, newestFirst), await audio.list(owner.id, page, found)]
      await change(stored)
      const anew = new PostgresAudioRepository(test.database)
      for (const [index, filter] of [newestFirst, found].entries()) {
        const listed = await audio.list(owner.id, page, filter)
        expect(listed).to.not.deep.equal(before[index])
        expect(listed).to.deep.equal(await anew.list(owner.id, page, filter))
      }
    })
  }

  it('are renewed once by a statement, however many rows it changes', async () => {
    await test.database.run((knex) =>
      knex.raw(
        `insert into audio (id, status, owner_id, title, title_key, description, file_name, size_bytes, sha256, content_type,
             tags, has_cover, created_at, updated_at)
           select ('01980000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, 'ready', :owner, '', '', '', '', 1, repeat('0', 64),
             'audio/flac', '{}', false, now(), now() from generate_series(1, 3000) n`,
        { owner: owner.id },
      ),
    )
    const written = await test.database.transaction(async (transaction) => {
      const count = async (): Promise<number> => {
        const { rows } = await transaction.raw<{ readonly rows: readonly { readonly writes: number }[] }>(
          `select pg_stat_get_xact_tuples_updated('storage_usage'::regclass)::int as writes`,
        )
        return rows[0]?.writes ?? NaN
      }
      const before = await count()
      await transaction.raw('update audio set verified_at = now()')
      return (await count()) - before
    })
    // One for the rows as they were, one for the rows as they are.
    expect(written).to.equal(2)
  })

  it('stay what they are whatever happens to the audio of others, and while an upload comes', async () => {
    await store()
    const first = await audio.list(owner.id, page, newestFirst)
    await store({ ownerId: other.id })
    const coming = anAudio({ ownerId: owner.id })
    await elsewhere.audio.insertPending(coming, unlimited)
    await elsewhere.audio.reserve(coming.id, { atLeastBytes: 10, atMostBytes: 10 }, unlimited)
    expect(await audio.list(owner.id, page, newestFirst)).to.equal(first)
  })

  describe('RememberedLists', () => {
    const wanted = { page, filter: newestFirst }
    const pageOf = (...items: Audio[]): AudioPage => ({ items, next: undefined })
    const unread = async (): Promise<AudioPage> => {
      throw new Error('It was to be remembered')
    }

    const readings: Record<string, (stored: Audio) => Promise<AudioPage>> = {
      before: async (stored) => {
        const read = pageOf(stored)
        await elsewhere.audio.bury(stored.id, owner.id)
        return read
      },
      after: async (stored) => {
        await elsewhere.audio.bury(stored.id, owner.id)
        return pageOf()
      },
    }
    for (const [when, reading] of Object.entries(readings)) {
      it(`ask again where the page was read ${when} a change that came meanwhile`, async () => {
        const lists = new RememberedLists(test.database)
        const stored = await store()
        await lists.find(owner.id, wanted, () => reading(stored))
        expect(await lists.find(owner.id, wanted, async () => pageOf())).to.deep.equal(pageOf())
        expect(await lists.find(owner.id, wanted, unread)).to.deep.equal(pageOf())
      })
    }

    it('forget a page when its time is over, whatever its version says', async () => {
      const lists = new RememberedLists(test.database, { lifeMs: 1 })
      const stored = await store()
      await lists.find(owner.id, wanted, async () => pageOf(stored))
      await delay(50)
      expect(await lists.find(owner.id, wanted, async () => pageOf())).to.deep.equal(pageOf())
    })

    it('keep no list of nobody', async () => {
      const lists = new RememberedLists(test.database)
      const nobody = aUser()
      await lists.find(nobody.id, wanted, async () => pageOf())
      let reads = 0
      await lists.find(nobody.id, wanted, async () => {
        reads++
        return pageOf()
      })
      expect(reads).to.equal(1)
    })

    it('take no more memory than they may, and forget what was asked for longest ago', async () => {
      const long = anAudio({ description: 'x'.repeat(10_000) })
      const lists = new RememberedLists(test.database, { maxBytes: 300_000 })
      const limits = [1, 2, 3, 4, 5, 6]
      const wantedBy = (limit: number) => ({ ...wanted, page: { ...page, limit } })
      for (const limit of limits) await lists.find(owner.id, wantedBy(limit), async () => pageOf(long))
      const kept: number[] = []
      for (const limit of limits) {
        const isKept = await lists.find(owner.id, wantedBy(limit), unread).then(
          () => true,
          () => false,
        )
        if (isKept) kept.push(limit)
      }
      // Six bytes a character, and what objects take: 65,000 and a little each.
      expect(kept).to.deep.equal([3, 4, 5, 6])
    })
  })
})
