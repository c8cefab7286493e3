import { newestFirst, parseSearch, titleKey, unlimited, type Audio } from '@audiohost/core'
import { anAudio, aUser, at } from '@audiohost/core/testing'
import { expect } from 'chai'
import type { Knex } from 'knex'
import { migrateDatabase } from './migrate.ts'
import { migrations } from './migrations/index.ts'
import { postgresRepositories } from './postgres-repositories.ts'
import { anEmptyDatabase, type TestDatabase } from './testing/index.ts'

/** The columns that releases before these migrations write. */
const oldColumns = ({ id, ownerId, title, createdAt }: Audio) => ({
  id,
  owner_id: ownerId,
  status: 'ready',
  title,
  description: '',
  file_name: 'song.mp3',
  size_bytes: 1,
  sha256: 'ab'.repeat(32),
  content_type: 'audio/mpeg',
  tags: '{}',
  has_cover: false,
  created_at: createdAt,
  updated_at: createdAt,
})

describe('audio of an older release', () => {
  const owner = aUser()
  let test: TestDatabase

  beforeEach(async () => {
    test = await anEmptyDatabase()
  })
  afterEach(() => test.drop())

  const write = (work: (knex: Knex) => PromiseLike<unknown>): Promise<unknown> => test.database.run(work)
  const insertOwner = (): Promise<unknown> =>
    postgresRepositories(test.database).users.insert(owner, undefined)
  const titlesInOrder = async (): Promise<string[]> => {
    const { audio } = postgresRepositories(test.database)
    const order = { by: 'title', direction: 'ascending' } as const
    const titles: string[] = []
    let page = await audio.list(owner.id, { limit: 100, after: undefined }, { order })
    for (;;) {
      titles.push(...page.items.map(({ title }) => title))
      if (!page.next) return titles
      page = await audio.list(owner.id, { limit: 100, after: page.next }, { order })
    }
  }

  const titlesFound = async (text: string): Promise<string[]> => {
    const { audio } = postgresRepositories(test.database)
    const filter = { search: parseSearch(text), order: { by: 'relevance' } } as const
    const { items } = await audio.list(owner.id, { limit: 100, after: undefined }, filter)
    return items.map(({ title }) => title)
  }

  it('gets its place among the titles by the migration, however much there is', async function () {
    this.timeout(20_000)
    await migrateDatabase(
      test.database,
      migrations.filter(({ name }) => name < '0012'),
    )
    await insertOwner()
    // More than two batches.
    const titles = Array.from({ length: 10_001 }, (_, index) => `${'Éeèê'[index % 4] ?? ''} ${index}`)
    const rows = titles.map((title) => oldColumns(anAudio({ ownerId: owner.id, title })))
    for (let start = 0; start < rows.length; start += 1000) {
      await write((knex) => knex('audio').insert(rows.slice(start, start + 1000)))
    }
    await migrateDatabase(test.database)
    const found = await titlesInOrder()
    expect(found).to.have.lengthOf(titles.length)
    expect(found.map(titleKey)).to.deep.equal(titles.map(titleKey).sort())
    for (const wanted of ['e 0', 'e 5000', 'e 9998']) {
      expect((await titlesFound(wanted)).map(titleKey)).to.include(wanted)
    }
    expect(await titlesFound('song.mp3')).to.have.lengthOf(100)
  })

  it('is folded again by the migration that compares more signs', async () => {
    await migrateDatabase(
      test.database,
      migrations.filter(({ name }) => name < '0021'),
    )
    await insertOwner()
    const folded = { title_key: 'p!nk – don’t', search_text: 'p!nk – don’t\nsong.mp3' }
    for (const [title, texts] of [
      ['P!nk – Don’t', folded],
      ['Untouched', { title_key: 'untouched', search_text: 'untouched\nsong.mp3\n' }],
    ] as const) {
      const row = oldColumns(anAudio({ ownerId: owner.id, title }))
      await write((knex) => knex('audio').insert({ ...row, ...texts }))
    }
    await migrateDatabase(test.database)
    for (const text of ["p!nk - don't", 'pink', 'dont'])
      expect(await titlesFound(text), text).to.deep.equal(['P!nk – Don’t'])
    expect(await titlesFound('untouched')).to.deep.equal(['Untouched'])
    expect(await titlesInOrder()).to.deep.equal(['P!nk – Don’t', 'Untouched'])
  })

  it('is listed where a node of that release still writes', async () => {
    await migrateDatabase(test.database)
    await insertOwner()
    const { audio } = postgresRepositories(test.database)
    const uploaded = anAudio({ ownerId: owner.id, title: 'Moon' })
    await audio.insertPending(uploaded, unlimited)
    await write((knex) => knex('audio').where({ id: uploaded.id }).update(oldColumns(uploaded)))
    const ours = anAudio({ ownerId: owner.id, title: 'night', createdAt: at(1) })
    await audio.insertPending(ours, unlimited)
    await audio.markReady(ours)
    expect(await titlesInOrder()).to.deep.equal(['Moon', 'night'])
    expect(await titlesFound('moo')).to.deep.equal(['Moon'])
    expect(await titlesFound('song.mp3')).to.deep.equal(['night', 'Moon'])
    expect(
      (await audio.list(owner.id, { limit: 1, after: undefined }, { order: newestFirst })).items,
    ).to.deep.equal([ours])
  })

  it('leaves neither a title nor its request behind where a node of that release deletes', async () => {
    await migrateDatabase(test.database)
    await insertOwner()
    const { audio } = postgresRepositories(test.database)
    const media = {
      ...anAudio().media,
      musicBrainz: { recordingId: 'canary' },
      chapters: [{ startSeconds: 0, title: 'Canary' }],
    }
    const song = anAudio({ ownerId: owner.id, title: 'Canary', media })
    await audio.insertPending({ ...song, madeFor: { id: 'canary request', since: at(0) } }, unlimited)
    await audio.markReady(song)
    const tombstone = {
      status: 'deleting',
      owner_id: null,
      title: null,
      description: null,
      file_name: null,
      sha256: null,
      tags: null,
    }
    await write((knex) => knex('audio').where({ id: song.id }).update(tombstone))
    const rows = await write((knex) => knex('audio').select())
    expect(JSON.stringify(rows))
      .to.contain(song.id)
      .and.not.match(/canary/i)
  })
})
