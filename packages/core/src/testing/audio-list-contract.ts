import { expect } from 'chai'
import { contentTypeOf } from '../audio/audio-format.ts'
import { newestFirst, type AudioOrder, type AudioPlace } from '../audio/audio-order.ts'
import type { AudioFilter } from '../audio/audio-repository.ts'
import { parseSearch } from '../audio/audio-search.ts'
import type { Audio } from '../audio/audio.ts'
import type { AudioId, UserId } from '../ids.ts'
import type { Repositories } from '../repositories.ts'
import { anAudio, at } from './builders.ts'
import { keysetPagingContract } from './keyset-paging-contract.ts'
import { aStoredAudio, aStoredUser } from './stored.ts'

const directions = ['ascending', 'descending'] as const

/** What every list of audio promises. `make` gives a fresh, empty set of repositories. */
export function audioListContract({ make }: { readonly make: () => Promise<Repositories> }): void {
  let repositories: Repositories
  let ownerId: UserId

  beforeEach(async () => {
    repositories = await make()
    ownerId = (await aStoredUser(repositories)).id
  })

  const store = (overrides: Partial<Audio> = {}) => aStoredAudio(repositories, { ownerId, ...overrides })
  const list = async (filter: Partial<AudioFilter> = {}): Promise<readonly Audio[]> => {
    const page = { limit: 100, after: undefined }
    return (await repositories.audio.list(ownerId, page, { order: newestFirst, ...filter })).items
  }
  const idsOf = (audio: readonly Audio[]): string[] => audio.map(({ id }) => id)

  /** The ids, page by page of this size. */
  async function pagesOf(limit: number, order: AudioOrder): Promise<string[]> {
    const ids: string[] = []
    let after: AudioPlace | undefined
    do {
      const page = await repositories.audio.list(ownerId, { limit, after }, { order })
      ids.push(...idsOf(page.items))
      after = page.next
    } while (after && ids.length < 100)
    return ids
  }

  for (const direction of directions) {
    describe(`by creation, ${direction}`, () => {
      keysetPagingContract<AudioPlace>(async () => ({
        insert: async (createdAt) => (await store({ createdAt })).id,
        remove: async (id) => {
          await repositories.audio.bury(id as AudioId, ownerId)
        },
        list: (page) => repositories.audio.list(ownerId, page, { order: { by: 'created', direction } }),
        order: direction === 'ascending' ? 'oldest-first' : 'newest-first',
      }))
    })
  }

  const { content, media } = anAudio()
  const rising = {
    title: ['', '100 bars', '20 bars', 'Ähre', 'apfel', 'Éclair', 'Zug', 'ямб', '音楽', '💿'].map(
      (title) => ({ title }),
    ),
    duration: [0, 0.001, 0.1 + 0.2, 1.5, 86_400.125].map((durationSeconds) => ({
      media: { ...media, durationSeconds },
    })),
    size: [0, 1, 9, 10, 5_000_000_000].map((sizeBytes) => ({ content: { ...content, sizeBytes } })),
  } as const
  for (const [by, rows] of Object.entries(rising) as [keyof typeof rising, readonly Partial<Audio>[]][]) {
    for (const direction of directions) {
      it(`is ordered by ${by}, ${direction}, in pages of any size`, async () => {
        const ids: string[] = []
        for (const index of shuffled(rows.length)) ids[index] = (await store(rows[index])).id
        const expected = direction === 'ascending' ? ids : ids.toReversed()
        for (const limit of [1, 2, 3, rows.length, 100]) {
          expect(await pagesOf(limit, { by, direction })).to.deep.equal(expected)
        }
      })

      it(`has a fixed order by ${by}, ${direction}, where all are equal`, async () => {
        const ids: string[] = []
        for (const seconds of [3, 1, 2]) ids.push((await store({ ...rows[1], createdAt: at(seconds) })).id)
        const expected = direction === 'ascending' ? ids.toSorted() : ids.toSorted().reverse()
        expect(await pagesOf(1, { by, direction })).to.deep.equal(expected)
      })
    }
  }

  for (const direction of directions) {
    it(`ends with the audio of unknown duration, ${direction}`, async () => {
      const unknown = { media: { ...media, durationSeconds: undefined } }
      const lengthy = (durationSeconds: number) => ({ media: { ...media, durationSeconds } })
      const rows = [unknown, lengthy(2), unknown, lengthy(1), unknown]
      const ids: string[] = []
      for (const row of rows) ids.push((await store(row)).id)
      const known = direction === 'ascending' ? [ids[3], ids[1]] : [ids[1], ids[3]]
      const last = [ids[0], ids[2], ids[4]].map(String).sort()
      const expected = [...known, ...(direction === 'ascending' ? last : last.reverse())]
      for (const limit of [1, 2, 3, 4, 5]) {
        expect(await pagesOf(limit, { by: 'duration', direction })).to.deep.equal(expected)
      }
    })
  }

  it('is ordered by what a title is now', async () => {
    const first = await store({ title: 'a' })
    const second = await store({ title: 'b' })
    await repositories.audio.update(first.id, ownerId, { title: 'c' }, at(60))
    const found = await list({ order: { by: 'title', direction: 'ascending' } })
    expect(idsOf(found)).to.deep.equal([second.id, first.id])
  })

  it('takes titles that grow when they are folded', async () => {
    const title = 'ﷺ'.repeat(200)
    const { id } = await store({ title })
    expect(await pagesOf(1, { by: 'title', direction: 'ascending' })).to.deep.equal([id])
  })

  it('shows the audio of its owner only', async () => {
    const audio = await store()
    await aStoredAudio(repositories, { ownerId: (await aStoredUser(repositories)).id })
    for (const by of ['created', 'title', 'duration', 'size'] as const) {
      expect(await list({ order: { by, direction: 'ascending' } })).to.deep.equal([audio])
    }
    expect(await list({ search: parseSearch('song'), order: { by: 'relevance' } })).to.deep.equal([audio])
  })

  it('keeps to one content type, in any order', async () => {
    const flac = await store({ media: { ...media, contentType: contentTypeOf.flac } })
    await store()
    for (const by of ['created', 'title', 'duration', 'size'] as const) {
      const order = { by, direction: 'descending' } as const
      expect(await list({ contentType: contentTypeOf.flac, order })).to.deep.equal([flac])
      expect(await list({ contentType: contentTypeOf.wav, order })).to.deep.equal([])
    }
  })

  it('keeps to what was created from one moment until before another', async () => {
    const ids: string[] = []
    for (const seconds of [1, 2, 2.001, 3]) ids.push((await store({ createdAt: at(seconds) })).id)
    const idsBetween = async (from: number | undefined, before: number | undefined) => {
      const createdFrom = from === undefined ? undefined : at(from)
      const createdBefore = before === undefined ? undefined : at(before)
      return idsOf(
        await list({ createdFrom, createdBefore, order: { by: 'created', direction: 'ascending' } }),
      )
    }
    expect(await idsBetween(2, undefined)).to.deep.equal(ids.slice(1))
    expect(await idsBetween(undefined, 2)).to.deep.equal(ids.slice(0, 1))
    expect(await idsBetween(2, 2.001)).to.deep.equal([ids[1]])
    expect(await idsBetween(2.001, 2.001)).to.deep.equal([])
    expect(await idsBetween(4, 1)).to.deep.equal([])
  })

  it('bears any date', async () => {
    const { id } = await store()
    const filter = { createdFrom: new Date('0000-01-01'), createdBefore: new Date('+010000-01-01T00:00:00Z') }
    expect(idsOf(await list(filter))).to.deep.equal([id])
  })
}

/** The indexes up to `count` in an order that is neither up nor down. */
const shuffled = (count: number): number[] => {
  const indexes = Array.from({ length: count }, (_, index) => index)
  return [
    ...indexes.filter((index) => index % 2 === 1).reverse(),
    ...indexes.filter((index) => index % 2 === 0),
  ]
}
