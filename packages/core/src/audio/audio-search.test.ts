import { expect } from 'chai'
import { isWord, maxSearchLength, parseSearch, searchText, separated, separators } from './audio-search.ts'

describe('parseSearch', () => {
  const nothing = ['', '  ', '\n\t', '\0', '\u200b', '\u0301']
  for (const text of nothing) {
    it(`asks for nothing by ${JSON.stringify(text)}`, () => {
      expect(parseSearch(text)).to.equal(undefined)
    })
  }

  it('folds, and takes every gap for a space', () => {
    expect(parseSearch(' Été\0à la\n ÉTÉ ')).to.deep.equal({
      phrase: 'ete a la ete',
      terms: ['ete', 'a', 'la'],
    })
  })

  it('reads no more than a search may have', () => {
    const { phrase, terms } = parseSearch('ab '.repeat(100_000)) ?? { phrase: '', terms: [] }
    expect([...phrase].length).to.be.at.most(maxSearchLength)
    expect(terms).to.deep.equal(['ab'])
    expect(parseSearch('💿'.repeat(5000))?.phrase).to.equal('💿'.repeat(maxSearchLength))
  })
})

describe('searchText', () => {
  it('holds every text in a line of its own, the values of tags but not their names', () => {
    const audio = {
      title: 'Été',
      fileName: 'a.mp3',
      description: 'one\ntwo',
      media: { tags: { artist: 'Ann', year: '1999' } },
    }
    expect(searchText(audio)).to.equal('ete\na.mp3\nann\n1999\none two')
  })

  it('follows a text with the plain forms of its stylized words', () => {
    const audio = {
      title: 'P!nk & AC/DC',
      fileName: 'R.E.M. - Losing.mp3',
      description: 'plain, "quoted" words (only)',
      media: { tags: { artist: 'Ke$ha' } },
    }
    expect(searchText(audio)).to.equal(
      'p!nk & ac/dc\npnk pink acdc\nr.e.m. - losing.mp3\nrem\nke$ha\nkeha kesha\nplain, "quoted" words (only)',
    )
  })

  it('is bounded, and keeps the title first', () => {
    const tags = { comment: 'x'.repeat(50_000) }
    const text = searchText({ title: 'Été', fileName: 'a', description: 'y', media: { tags } })
    expect(text)
      .to.have.lengthOf(10_000)
      .and.match(/^ete\na\nx/)
  })

  it('ends with the lyrics, which would crowd out the description', () => {
    const tags = { lyrics: 'la '.repeat(5000), artist: 'Ann' }
    const text = searchText({ title: 'A', fileName: 'b', description: 'c', media: { tags } })
    expect(text).to.match(/^a\nb\nann\nc\nla la/)
  })
})

describe('separated', () => {
  it('keeps the length, and leaves nothing of separators', () => {
    expect(separated('(live) op.9-1 💿')).to.equal(' live  op 9 1 💿')
    expect(separated(separators).trim()).to.equal('')
    expect([isWord('(a)'), isWord('-'), isWord('%')]).to.deep.equal([true, false, true])
  })
})
