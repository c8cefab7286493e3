import { expect } from 'chai'
import { contentTypeOf } from '../audio/audio-format.ts'
import type { AudioOrder, AudioPlace } from '../audio/audio-order.ts'
import type { AudioFilter } from '../audio/audio-repository.ts'
import { parseSearch } from '../audio/audio-search.ts'
import type { Audio } from '../audio/audio.ts'
import type { UserId } from '../ids.ts'
import type { Repositories } from '../repositories.ts'
import { anAudio, at } from './builders.ts'
import { alikeSpellings } from './alike-spellings.ts'
import { literalSearches } from './literal-search.ts'
import { aStoredAudio, aStoredUser } from './stored.ts'

/** What every search for audio promises. `make` gives a fresh, empty set of repositories. */
export function audioSearchContract({ make }: { readonly make: () => Promise<Repositories> }): void {
  let repositories: Repositories
  let ownerId: UserId

  beforeEach(async () => {
    repositories = await make()
    ownerId = (await aStoredUser(repositories)).id
  })

  const plain = { title: 'x', description: 'x', fileName: 'x' }
  const { media } = anAudio()
  const tagged = (tags: Record<string, string>) => ({ media: { ...media, tags } })
  const store = (overrides: Partial<Audio> = {}) =>
    aStoredAudio(repositories, { ownerId, ...plain, ...overrides })
  const relevance: AudioOrder = { by: 'relevance' }

  /** The titles found, page by page of this size. */
  async function found(text: string, limit = 100, filter: Partial<AudioFilter> = {}): Promise<string[]> {
    const titles: string[] = []
    let after: AudioPlace | undefined
    do {
      const wanted = { search: parseSearch(text), order: relevance, ...filter }
      const page = await repositories.audio.list(ownerId, { limit, after }, wanted)
      titles.push(...page.items.map(({ title }) => title))
      after = page.next
    } while (after && titles.length < 100)
    return titles
  }

  const everywhere: readonly (readonly [string, Partial<Audio>])[] = [
    ['the title', { title: 'At the Éclair bar' }],
    ['the description', { description: 'about an\nECLAIR' }],
    ['the file name', { fileName: '07 - éclairs.mp3' }],
    ['a tag', tagged({ artist: 'Les E\u0301clairs' })],
  ]
  for (const [place, overrides] of everywhere) {
    it(`finds a word in ${place}, without regard to case and accents`, async () => {
      const { title } = await store(overrides)
      await store({ title: 'other' })
      for (const text of ['éclair', 'eclair', 'ECLAIR', 'clai', ' Éclair ']) {
        expect(await found(text), text).to.deep.equal([title])
      }
    })
  }

  it('does not find by the names of tags, nor across two texts', async () => {
    await store({ title: 'moon', fileName: 'light', ...tagged({ artist: 'x' }) })
    for (const text of ['artist', 'moonlight', 'onli']) expect(await found(text), text).to.deep.equal([])
  })

  it('finds every word anywhere, in any order', async () => {
    await store({ title: 'Moonlight Sonata', ...tagged({ artist: 'Beethoven' }) })
    await store({ title: 'Moonlight', description: 'by nobody' })
    expect(await found('beet  sonata moon')).to.deep.equal(['Moonlight Sonata'])
    expect(await found('moon')).to.have.lengthOf(2)
  })

  const scripts: readonly (readonly [string, readonly string[], string])[] = [
    ['Ночная музыка', ['ночная', 'МУЗЫК', 'ы', 'очн'], 'дневная'],
    ['音楽の夜', ['音', '楽の', '音楽の夜'], '夜音'],
    ['한국의 노래', ['한', '한국', '노래'], '하'],
    ['ليلة', ['ليل', 'ل'], 'ليلى'],
    ['rain 🌧🎧 tape', ['🎧', '🌧🎧', '🌧🎧 rain'], '🎸'],
  ]
  for (const [title, texts, absent] of scripts) {
    it(`finds one character and more in ${title}`, async () => {
      await store({ title })
      for (const text of texts) expect(await found(text), text).to.deep.equal([title])
      expect(await found(absent)).to.deep.equal([])
    })
  }

  for (const [title, texts, absent] of alikeSpellings) {
    it(`finds ${title} by ${texts.join(', ')}`, async () => {
      await store({ title })
      await store({ title: 'other', ...tagged({ artist: title }) })
      for (const text of texts) expect(await found(text), text).to.have.members([title, 'other'])
      for (const text of absent) expect(await found(text), text).to.deep.equal([])
    })
  }

  it('puts titles that begin with the search first, then titles with words that do, then all else, the newest first', async () => {
    const rows = [
      { title: 'Heart', createdAt: at(1) },
      { title: 'Party', createdAt: at(2) },
      { title: 'The art', createdAt: at(3) },
      { title: 'Artist', createdAt: at(4) },
      { title: 'Art', createdAt: at(5) },
      { title: 'old (art)', createdAt: at(6) },
      { title: 'noise', description: 'arty', createdAt: at(7) },
      { title: 'Árt', createdAt: at(8) },
    ]
    for (const row of rows) await store(row)
    const expected = ['Art', 'Árt', 'Artist', 'old (art)', 'The art', 'noise', 'Party', 'Heart']
    for (const limit of [1, 2, 3, 4, 7, 8, 100]) expect(await found('art', limit)).to.deep.equal(expected)
  })

  it('weighs the words of a title one by one', async () => {
    for (const title of [
      'night of the moon',
      'moonlit night',
      'moon night',
      'midnight moon',
      'fine (night)/moon',
    ]) {
      await store({ title })
    }
    expect(await found('moon night')).to.deep.equal([
      'moon night',
      'fine (night)/moon',
      'moonlit night',
      'night of the moon',
      'midnight moon',
    ])
  })

  it('is ordered by whatever is asked for instead', async () => {
    for (const [title, sizeBytes] of [
      ['the blue', 3],
      ['blue', 1],
      ['red', 4],
      ['my blues', 2],
    ] as const) {
      await store({ title, content: { sizeBytes, sha256: 'ab'.repeat(32) } })
    }
    const bySize = (direction: 'ascending' | 'descending') =>
      found('blue', 1, { order: { by: 'size', direction } })
    expect(await bySize('ascending')).to.deep.equal(['blue', 'my blues', 'the blue'])
    expect(await bySize('descending')).to.deep.equal(['the blue', 'my blues', 'blue'])
  })

  it('keeps to content type and time in every part of the list', async () => {
    const flac = { media: { ...media, contentType: contentTypeOf.flac } }
    for (const title of ['blue 1', 'my blue 1', 'ablue 1']) await store({ title, createdAt: at(1) })
    for (const title of ['blue 2', 'my blue 2', 'ablue 2']) await store({ title, createdAt: at(2), ...flac })
    const second = ['blue 2', 'my blue 2', 'ablue 2']
    expect(await found('blue', 1, { contentType: contentTypeOf.flac })).to.deep.equal(second)
    expect(await found('blue', 1, { createdFrom: at(2) })).to.deep.equal(second)
    expect(await found('blue', 1, { createdFrom: at(1), createdBefore: at(2) })).to.have.lengthOf(3)
  })

  it('neither repeats nor skips a row while others come and go', async () => {
    for (const title of ['blue', 'blue b', 'my blue', 'ablue', 'ablue b']) await store({ title })
    const wanted = { search: parseSearch('blue'), order: relevance }
    const first = await repositories.audio.list(ownerId, { limit: 2, after: undefined }, wanted)
    for (const { id } of first.items) await repositories.audio.bury(id, ownerId)
    await store({ title: 'blue a', createdAt: at(9) })
    const second = await repositories.audio.list(ownerId, { limit: 100, after: first.next }, wanted)
    expect(second.items.map(({ title }) => title)).to.deep.equal(['my blue', 'ablue b', 'ablue'])
  })

  it('finds by what the texts are now', async () => {
    const { id } = await store({ title: 'red', description: 'rust', fileName: 'tape.wav' })
    await repositories.audio.update(id, ownerId, { title: 'blue' }, at(60))
    await repositories.audio.update(id, ownerId, { description: 'bark' }, at(61))
    for (const text of ['blue', 'bark', 'tape', 'blue bark tape'])
      expect(await found(text), text).to.deep.equal(['blue'])
    for (const text of ['red', 'rust']) expect(await found(text), text).to.deep.equal([])
  })

  it('loses no change where two race', async () => {
    const { id } = await store({ title: 'red', description: 'rust' })
    await Promise.all([
      repositories.audio.update(id, ownerId, { title: 'blue' }, at(60)),
      repositories.audio.update(id, ownerId, { description: 'bark' }, at(60)),
    ])
    expect(await repositories.audio.find(id)).to.include({ title: 'blue', description: 'bark' })
    expect(await found('blue bark')).to.deep.equal(['blue'])
    expect(await found('rust')).to.deep.equal([])
  })

  it('finds nothing of what is pending or buried', async () => {
    const { id } = await store({ title: 'blue' })
    await repositories.audio.bury(id, ownerId)
    expect(await found('blue')).to.deep.equal([])
  })

  for (const { search, match, other } of literalSearches) {
    it(`takes ${search} as it is written`, async () => {
      await store({ title: match })
      await store({ title: other })
      expect(await found(search)).to.deep.equal([match])
    })
  }

  const special = [
    "'",
    "''",
    '\\\\',
    "a'b\\c",
    '& |',
    '!()',
    ':*',
    '<->',
    '@',
    '^x',
    `@${'0'.repeat(8)}`,
    '$1',
    '?',
    '--',
    '%_',
  ]
  for (const text of special) {
    it(`finds ${text} where it stands, and nowhere else`, async () => {
      await store({ title: `before ${text} after` })
      await store({ title: 'before after' })
      expect(await found(text)).to.deep.equal([`before ${text} after`])
      await store({ title: text })
      expect((await found(text))[0]).to.equal(text)
    })
  }

  it('bears texts as long as they come', async () => {
    const title = '音'.repeat(200)
    const description = 'abcdefghij'.repeat(500)
    await store({ title, description, ...tagged({ comment: 'word '.repeat(2000) }) })
    expect(await found('word')).to.deep.equal([title])
    expect(await found('音'.repeat(5000))).to.deep.equal([title])
    expect(await found('a b c '.repeat(1000))).to.deep.equal([])
    expect(await found(`${'b'.repeat(199)} %`)).to.deep.equal([])
  })
}
