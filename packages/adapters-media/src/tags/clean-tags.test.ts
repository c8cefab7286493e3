import { expect } from 'chai'
import { cleanTags } from './clean-tags.ts'

type Values = Readonly<Record<string, string | readonly string[]>>

const block = (values: Values) => ({
  values: new Map(
    Object.entries(values).map(([name, value]) => [name, typeof value === 'string' ? [value] : value]),
  ),
  chapters: [],
})
const clean = (...blocks: readonly Values[]) => cleanTags(blocks.map(block))

describe('cleanTags', () => {
  it('removes control characters and line breaks from lines', () => {
    const title = 'One\r\nSet-Cookie: a=b\x1b[31mred\0\u2028\u0085two\t'
    expect(clean({ TITLE: title })).to.deep.equal({ title: 'One Set-Cookie: a=b [31mred two' })
  })

  for (const [name, shown] of [
    ['LYRICS', 'lyrics'],
    ['COMMENT', 'comment'],
    ['DESCRIPTION', 'description'],
  ] as const)
    it(`keeps the line breaks of ${shown} as \\n and removes other control characters`, () => {
      const text = ' one\r\ntwo\rthree\n\nfour\u2028five\u2029six\u0085seven\x1b[0m\tend\0\n'
      expect(clean({ [name]: text })).to.deep.equal({
        [shown]: 'one\ntwo\nthree\n\nfour\nfive\nsix\nseven [0m\tend',
      })
    })

  it('removes characters that reorder the text around them', () => {
    expect(clean({ TITLE: 'song\u202e3pm.exe\u2066' })).to.deep.equal({ title: 'song3pm.exe' })
    expect(clean({ LYRICS: 'song\u202e\n3pm.exe\u2066' })).to.deep.equal({ lyrics: 'song\n3pm.exe' })
  })

  it('keeps the joiners that scripts and emoji need', () => {
    expect(clean({ TITLE: '👩‍🎤 نمی‌دانم' })).to.deep.equal({ title: '👩‍🎤 نمی‌دانم' })
  })

  it('repairs lone surrogates', () => {
    expect(clean({ TITLE: 'a\ud800b' })).to.deep.equal({ title: 'a\ufffdb' })
  })

  for (const [name, shown, max] of [
    ['TITLE', 'title', 1000],
    ['COMMENT', 'comment', 5000],
    ['LYRICS', 'lyrics', 65_536],
  ] as const)
    it(`cuts ${shown} at ${max} characters and never through one`, () => {
      const text = clean({ [name]: `a${'🎧'.repeat(200_000)}` })[shown] ?? ''
      expect([...text]).to.have.length(max)
      expect(text.isWellFormed()).to.equal(true)
    })

  it('keeps lyrics of 60,000 characters whole', () => {
    const lyrics = 'la la la\n'.repeat(6000)
    expect(clean({ LYRICS: lyrics })).to.deep.equal({ lyrics: lyrics.trim() })
  })

  it('joins several values and drops repeated ones', () => {
    expect(clean({ GENRE: ['Jazz', 'Jazz', ' Rock '] })).to.deep.equal({ genre: 'Jazz; Rock' })
    expect(clean({ COMMENT: ['one\ntwo', 'three'] })).to.deep.equal({ comment: 'one\ntwo\n\nthree' })
  })

  it('writes positions with their totals', () => {
    const tags = clean({ TRACKNUMBER: '03', TRACKTOTAL: '12', DISCNUMBER: '1/2' })
    expect(tags).to.deep.equal({ track: '3/12', disc: '1/2' })
    expect(clean({ TRACKNUMBER: '0', DISCNUMBER: 'A' })).to.deep.equal({})
  })

  it('takes the year from the date', () => {
    expect(clean({ DATE: '2024-05-17' })).to.deep.equal({ date: '2024-05-17', year: '2024' })
    expect(clean({ YEAR: '1999', DATE: '2024' })).to.include({ year: '1999' })
  })

  it('prefers the first tag that has a value', () => {
    expect(clean({ TITLE: ' ', ARTIST: 'Long' }, { TITLE: 'A', ARTIST: 'Lo' })).to.deep.equal({
      title: 'A',
      artist: 'Long',
    })
  })

  it('drops comments that programs write for themselves', () => {
    const normalization =
      ' 000003A5 00000384 00002AF2 00002C9C 00018B6A 00018B6A 00007E86 00007E3A 0001D4C0 0001D4C0'
    expect(clean({ COMMENT: [normalization, 'Nice'] })).to.deep.equal({ comment: 'Nice' })
  })

  it('drops what is empty', () => {
    expect(clean({ TITLE: ' \0 ', ARTIST: '' })).to.deep.equal({})
  })
})
