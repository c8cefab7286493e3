import { unlimited, type Audio, type AudioFilter } from '@audiohost/core'
import { anAudio, at, aUser } from '@audiohost/core/testing'
import { expect } from 'chai'
import { packedColumnNames, readTime } from './packed-audio-rows.ts'
import { PostgresAudioRepository } from './postgres-audio-repository.ts'
import { PostgresContentChecks } from './postgres-content-checks.ts'
import { postgresRepositories } from './postgres-repositories.ts'
import { aDatabase, type TestDatabase } from './testing/index.ts'

const { media } = anAudio()
const unknownMedia = {
  ...media,
  codec: undefined,
  durationSeconds: undefined,
  bitrate: undefined,
  sampleRate: undefined,
  channels: undefined,
  bitDepth: undefined,
  lossless: undefined,
  tags: {},
}

const odd: readonly [string, Partial<Audio>][] = [
  ['media facts that nobody knows', { media: unknownMedia }],
  ['an empty codec', { media: { ...media, codec: '' } }],
  ['a codec that looks like a sign', { media: { ...media, codec: '=' } }],
  ['numbers beyond 2^31', { content: { ...anAudio().content, sizeBytes: 2 ** 53 - 1 } }],
  [
    'fractions',
    { media: { ...media, durationSeconds: 0.1 + 0.2, bitrate: 127_999.999_999_9, sampleRate: 1e21 } },
  ],
  ['texts of all planes', { title: '\u{10ffff}💿 e\u0301', description: 'a\nb\tc\\ "d" \'e\' {},()?$1' }],
  ['empty texts', { title: '', description: '' }],
  ['tags', { media: { ...media, tags: { artist: '"\\\n\u001e\u001f', title: '音楽', '': '' } } }],
  ['lossless audio', { media: { ...media, bitDepth: 24, lossless: true } }],
  [
    'gains and ids that the file is tagged with',
    {
      media: {
        ...media,
        replayGain: { trackGain: -7.25 },
        r128Gain: { outputGain: 1 / 256 },
        musicBrainz: { workIds: ['0e4c9b1f-7c5c-4c0b-9d5a-1f6d2f3a4b5c'] },
      },
    },
  ],
  ['chapters', { media: { ...media, chapters: [{ startSeconds: 0.5, title: '"\u001f\u001e' }] } }],
  ['what stands between fields', { description: 'one\u001ftwo' }],
  ['what stands between rows', { description: 'one\u001etwo' }],
  [
    'a page within a text',
    { description: ['', 'x'.repeat(3), '\u001e'].join('\u001f'.repeat(packedColumnNames.length - 2)) },
  ],
  ['times to the millisecond', { createdAt: new Date('2026-01-02T03:04:05.007Z'), updatedAt: at(1) }],
]

describe('a page that comes as one text', () => {
  let test: TestDatabase
  const owner = aUser()
  const filter: AudioFilter = { order: { by: 'created', direction: 'ascending' } }
  const page = { limit: 50, after: undefined }

  before(async () => {
    test = await aDatabase()
  })
  after(() => test.drop())
  beforeEach(async () => {
    await test.truncate()
    await postgresRepositories(test.database).users.insert(owner, undefined)
  })

  async function store(overrides: Partial<Audio>): Promise<Audio> {
    const stored = anAudio({ ...overrides, ownerId: owner.id })
    const { audio } = postgresRepositories(test.database)
    await audio.insertPending(stored, unlimited)
    await audio.markReady(stored)
    return stored
  }

  for (const [what, overrides] of odd) {
    it(`holds ${what}, as a read by id does`, async () => {
      await store({ createdAt: at(0) })
      const stored = await store({ createdAt: at(1), ...overrides })
      const audio = new PostgresAudioRepository(test.database)
      const { items } = await audio.list(owner.id, page, filter)
      expect(items).to.have.lengthOf(2)
      const listed = items.find(({ id }) => id === stored.id)
      expect(listed).to.deep.equal(stored)
      expect(listed).to.deep.equal(await audio.find(stored.id))
    })
  }

  for (const damage of ['missing', 'short', 'corrupt'] as const) {
    it(`says that content is ${damage}`, async () => {
      const { id } = await store({})
      const { audio } = postgresRepositories(test.database)
      await new PostgresContentChecks(test.database).record(id, { damage, verifiedAt: at(1) })
      expect((await audio.list(owner.id, page, filter)).items[0]).to.include({ id, damage })
    })
  }

  it('is as long as it was asked to be, and goes on behind its last row', async () => {
    const stored: string[] = []
    for (let index = 0; index < 25; index++) stored.push((await store({ createdAt: at(index) })).id)
    const { audio } = postgresRepositories(test.database)
    for (const limit of [1, 10, 11, 24, 25, 100]) {
      const { items, next } = await audio.list(owner.id, { limit, after: undefined }, filter)
      expect(items.map(({ id }) => id as string)).to.deep.equal(stored.slice(0, limit))
      const rest = next ? (await audio.list(owner.id, { limit: 100, after: next }, filter)).items : []
      expect(rest.map(({ id }) => id as string)).to.deep.equal(stored.slice(limit))
    }
  })
})

describe('readTime', () => {
  const times: readonly [string, string][] = [
    ['2026-11-24 08:14:36.123+00', '2026-11-24T08:14:36.123Z'],
    ['2026-11-24 08:14:36.1+00', '2026-11-24T08:14:36.100Z'],
    ['2026-11-24 08:14:36+03', '2026-11-24T05:14:36.000Z'],
    ['2026-11-24 08:14:36.02-11', '2026-11-24T19:14:36.020Z'],
    ['2026-11-24 08:14:36.02+05:30', '2026-11-24T02:44:36.020Z'],
    ['1883-11-18 12:00:00-04:56:02', '1883-11-18T16:56:02.000Z'],
    ['0044-03-15 12:00:00+00 BC', '-000043-03-15T12:00:00.000Z'],
  ]
  for (const [text, time] of times) {
    it(`reads ${text}`, () => {
      expect(readTime(text).toISOString()).to.equal(time)
    })
  }
})
