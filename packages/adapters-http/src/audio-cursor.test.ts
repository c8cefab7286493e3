import { newestFirst, parseSearch, type AudioFilter, type AudioPlace } from '@audiohost/core'
import { expect } from 'chai'
import fc from 'fast-check'
import { readAudioCursor, writeAudioCursor } from './audio-cursor.ts'
import { HttpProblem } from './problem.ts'

const id = '01939c1e-7a4b-7cc3-9f7e-2b1d3c4e5f60'
const byNewest: AudioFilter = { order: newestFirst }
const by = (sort: 'created' | 'title' | 'duration' | 'size'): AudioFilter => ({
  order: { by: sort, direction: 'ascending' },
})

const places: readonly (readonly [AudioFilter, AudioPlace])[] = [
  [byNewest, { section: 0, key: Date.UTC(2026, 10, 22, 10, 0, 0, 123), id }],
  [by('title'), { section: 0, key: 'a "title" \\ 💿', id }],
  [by('duration'), { section: 0, key: 0.1 + 0.2, id }],
  [by('duration'), { section: 1, key: null, id }],
  [by('size'), { section: 0, key: 5_000_000_000, id }],
]

const refuses = (cursor: string, filter: AudioFilter): void => {
  expect(() => readAudioCursor(cursor, filter), cursor)
    .to.throw(HttpProblem)
    .with.property('code', 'invalid_cursor')
}

describe('audio cursor', () => {
  for (const [filter, place] of places) {
    it(`comes back as the place it was made from, ${JSON.stringify(place.key)}`, () => {
      const cursor = writeAudioCursor(place, filter)
      expect(readAudioCursor(cursor, filter)).to.deep.equal(place)
      expect(cursor).to.match(/^[\w-]+$/)
    })
  }

  const others: readonly (readonly [string, AudioFilter])[] = [
    ['direction', { order: { by: 'created', direction: 'ascending' } }],
    ['order', by('size')],
    ['search', { ...byNewest, search: parseSearch('x') }],
    ['content type', { ...byNewest, contentType: 'audio/flac' }],
    ['start', { ...byNewest, createdFrom: new Date(0) }],
    ['end', { ...byNewest, createdBefore: new Date(0) }],
  ]
  for (const [difference, other] of others) {
    it(`is refused by a list of another ${difference}`, () => {
      const place = { section: 0, key: 1_700_000_000_000, id }
      refuses(writeAudioCursor(place, byNewest), other)
      refuses(writeAudioCursor(place, other), byNewest)
    })
  }

  const impossible: readonly (readonly [AudioFilter, unknown])[] = [
    [byNewest, { section: 1, key: 0, id }],
    [byNewest, { section: -1, key: 0, id }],
    [byNewest, { section: 0.5, key: 0, id }],
    [byNewest, { section: '0', key: 0, id }],
    [byNewest, { section: 0, key: '2026-11-22', id }],
    [byNewest, { section: 0, key: 1e300, id }],
    [byNewest, { section: 0, key: null, id }],
    [byNewest, { section: 0, key: 0, id: id.toUpperCase() }],
    [byNewest, { section: 0, key: 0, id: "' or 1=1 --" }],
    [by('title'), { section: 0, key: 'a\0', id }],
    [by('title'), { section: 0, key: '\ud800', id }],
    [by('title'), { section: 0, key: 'x'.repeat(401), id }],
    [by('title'), { section: 0, key: { length: 1 }, id }],
    [by('duration'), { section: 0, key: null, id }],
    [by('duration'), { section: 1, key: 1, id }],
    [by('size'), { section: 0, key: -1, id }],
    [by('size'), { section: 0, key: 2 ** 53, id }],
  ]
  for (const [filter, place] of impossible) {
    it(`refuses ${JSON.stringify(place).slice(0, 60)} by ${filter.order.by}`, () => {
      refuses(writeAudioCursor(place as AudioPlace, filter), filter)
    })
  }

  it('refuses whatever it did not write', () => {
    const cursor = writeAudioCursor({ section: 0, key: 0, id }, byNewest)
    for (const altered of ['', 'x', `${cursor}=`, ` ${cursor}`, cursor.slice(0, -1), `${cursor}AAAA`]) {
      refuses(altered, byNewest)
    }
    const base64 = (text: string) => Buffer.from(text).toString('base64url')
    for (const text of ['null', '{}', '[]', '["x"]', '[[],[],[],[]]', '[']) refuses(base64(text), byNewest)
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
        refuses(text, byNewest)
      }),
    )
  })
})
