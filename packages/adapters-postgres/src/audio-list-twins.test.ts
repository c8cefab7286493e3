import {
  contentTypeOf,
  parseSearch,
  unlimited,
  type Audio,
  type AudioFilter,
  type AudioOrder,
  type AudioPlace,
  type Repositories,
} from '@audiohost/core'
import { inMemoryAdapters } from '@audiohost/core/in-memory'
import { anAudio, at, aUser } from '@audiohost/core/testing'
import { expect } from 'chai'
import fc from 'fast-check'
import { PostgresAudioRepository } from './postgres-audio-repository.ts'
import { postgresRepositories } from './postgres-repositories.ts'
import { aDatabase, type TestDatabase } from './testing/index.ts'

// So few values that ties, empty pages and matches in every part of a list are the rule.
const text = fc.array(fc.constantFrom('blue', 'Blüe', 'b', 'night', 'müd', '%', "a'b", '音楽', '(blue)'), {
  minLength: 1,
  maxLength: 3,
})
const words = text.map((parts) => parts.join(' '))
const { media, content } = anAudio()

const rows = fc.array(
  fc.record({
    title: words,
    description: fc.oneof(fc.constant(''), words),
    fileName: fc.constantFrom('a.mp3', 'blue.flac'),
    createdAt: fc.integer({ min: 0, max: 4 }).map(at),
    content: fc.integer({ min: 1, max: 3 }).map((sizeBytes) => ({ ...content, sizeBytes })),
    media: fc
      .record({
        durationSeconds: fc.constantFrom(undefined, 0.5, 1, 2.25),
        contentType: fc.constantFrom(contentTypeOf.mp3, contentTypeOf.flac),
        tags: fc.constantFrom({}, { artist: 'Night Blue' }),
      })
      .map((facts) => ({ ...media, ...facts })),
  }),
  { minLength: 1, maxLength: 25 },
)

const order: fc.Arbitrary<AudioOrder> = fc.oneof(
  fc.constant({ by: 'relevance' } as const),
  fc.record({
    by: fc.constantFrom('created', 'title', 'duration', 'size'),
    direction: fc.constantFrom('ascending', 'descending'),
  }),
)

const filter: fc.Arbitrary<AudioFilter> = fc.record({
  search: fc.option(words.map(parseSearch), { nil: undefined }),
  contentType: fc.option(fc.constant(contentTypeOf.mp3), { nil: undefined, freq: 2 }),
  createdFrom: fc.option(fc.integer({ min: 0, max: 3 }).map(at), { nil: undefined, freq: 2 }),
  createdBefore: fc.option(fc.integer({ min: 2, max: 5 }).map(at), { nil: undefined, freq: 2 }),
  order,
})

describe('PostgresAudioRepository and its twin in memory', function () {
  this.timeout(120_000)
  const owner = { id: anAudio().ownerId }
  let test: TestDatabase
  before(async () => {
    test = await aDatabase()
  })
  after(() => test.drop())

  /** Two sets of repositories that begin with the same rows. */
  async function twins(stored: readonly Partial<Audio>[], stride: number) {
    await test.truncate()
    const audio = new PostgresAudioRepository(test.database, { stride })
    const both: readonly Repositories[] = [
      { ...postgresRepositories(test.database), audio },
      inMemoryAdapters(),
    ]
    for (const repositories of both) await repositories.users.insert(aUser({ id: owner.id }), undefined)
    const all = stored.map((row) => anAudio({ ...row, ownerId: owner.id }))
    const store = async (added: Audio): Promise<void> => {
      for (const { audio } of both) {
        await audio.insertPending(added, unlimited)
        await audio.markReady(added)
      }
    }
    for (const row of all) await store(row)
    const bury = ({ id }: Audio) => Promise.all(both.map((each) => each.audio.bury(id, owner.id)))
    return { both, all, store, bury }
  }

  async function pageOfBoth(
    both: readonly Repositories[],
    limit: number,
    from: { after: AudioPlace | undefined; wanted: AudioFilter },
  ) {
    const page = { limit, after: from.after }
    const [stored, inMemory] = await Promise.all(
      both.map(({ audio }) => audio.list(owner.id, page, from.wanted)),
    )
    expect(stored).to.deep.equal(inMemory)
    return stored ?? expect.fail()
  }

  it('give the same pages, with every row that stays once, while others come and go', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          stored: rows,
          later: rows,
          wanted: filter,
          limit: fc.integer({ min: 1, max: 7 }),
          stride: fc.integer({ min: 1, max: 12 }),
        }),
        async ({ stored, later, wanted, limit, stride }) => {
          const { both, all, store, bury } = await twins(stored, stride)
          const whole = await pageOfBoth(both, 100, { after: undefined, wanted })
          const shown: string[] = []
          const gone = new Set<string>()
          let after: AudioPlace | undefined
          for (let number = 0; number === 0 || after; number++) {
            const page = await pageOfBoth(both, limit, { after, wanted })
            shown.push(...page.items.map(({ id }) => id))
            after = page.next
            const added = later[number]
            if (added) await store(anAudio({ ...added, ownerId: owner.id }))
            const removed = all[number * 3]
            if (removed) {
              await bury(removed)
              gone.add(removed.id)
            }
            expect(number).to.be.below(100)
          }
          expect(new Set(shown).size).to.equal(shown.length)
          const stayed: string[] = whole.items.map(({ id }) => id).filter((id) => !gone.has(id))
          const stayedAndShown = shown.filter((id) => stayed.includes(id))
          expect(stayedAndShown).to.deep.equal(stayed)
        },
      ),
      { numRuns: 60, interruptAfterTimeLimit: 90_000, markInterruptAsFailure: false },
    )
  })
})
