import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import { encodeWestern, legacyEncoder } from '../../../samples/encode-legacy.ts'
import { decodeLegacyTexts } from '../legacy-text.ts'
import { detectCharset } from './detect-charset.ts'

const titlesIn = (name: string): readonly string[] =>
  readFileSync(new URL(`../../../samples/titles/${name}.txt`, import.meta.url), 'utf8')
    .split('\n')
    .filter((title) => title !== '')

/** Each with those beside it, as the title, artist and album of one file are. */
const groupsOf = (titles: readonly string[], size: number): readonly (readonly string[])[] =>
  Array.from({ length: Math.floor(titles.length / size) }, (_, index) =>
    titles.slice(index * size, (index + 1) * size),
  )

/** The part of the groups that come back as they were, and what has become of the others. */
function recallOf(titles: readonly string[], encode: (text: string) => Buffer | undefined, size: number) {
  const encoded = titles.filter((title) => encode(title) !== undefined)
  const groups = groupsOf(encoded, size)
  const lost = groups.filter((group) => {
    const bytes = group.flatMap((title) => encode(title) ?? [])
    return decodeLegacyTexts(bytes).join('\n') !== group.join('\n')
  })
  return { count: encoded.length, recall: 1 - lost.length / groups.length }
}

/** What was measured, rounded down: of single titles, and of three texts of one file. */
const measured = [
  ['cyrillic', 'windows-1251', 0.85, 0.99],
  ['cyrillic', 'koi8-r', 0.9, 0.99],
  ['cyrillic', 'ibm866', 0.7, 0.9],
  ['greek', 'windows-1253', 0.85, 0.99],
  ['central-european', 'windows-1250', 0.45, 0.6],
  ['japanese', 'shift_jis', 0.8, 0.95],
  ['japanese', 'euc-jp', 0.7, 0.95],
  ['chinese-simplified', 'gbk', 0.55, 0.85],
  ['chinese-traditional', 'big5', 0.5, 0.9],
  ['korean', 'euc-kr', 0.75, 0.95],
] as const

const percent = (part: number): string => `${Math.round(100 * part)} %`

describe('detectCharset', () => {
  for (const [name, charset, ofOne, ofThree] of measured) {
    it(`reads at least ${percent(ofThree)} of ${name} files in ${charset}, and ${percent(ofOne)} by a single title`, function () {
      this.timeout(30_000)
      const encode = legacyEncoder(charset)
      const one = recallOf(titlesIn(name), encode, 1)
      const three = recallOf(titlesIn(name), encode, 3)
      expect(one.count).to.be.at.least(300)
      expect(one.recall).to.be.at.least(ofOne)
      expect(three.recall).to.be.at.least(ofThree)
    })
  }

  const western = titlesIn('western')
  for (const size of [1, 2, 3, 8]) {
    it(`takes no ${size === 1 ? 'title' : `${size} titles together`} in Windows-1252 for another encoding`, function () {
      this.timeout(60_000)
      const upper = western.map((title) => title.toUpperCase()).filter(hasEncoding)
      const groups = [...groupsOf(western, size), ...groupsOf(upper, size)]
      expect(groups.length).to.be.at.least(western.length / size)
      const wrong = groups.filter((group) => detectCharset(group.map(encodeWestern)) !== 'windows-1252')
      expect(wrong).to.deep.equal([])
      const changed = western.filter((title) => decodeLegacyTexts([encodeWestern(title)])[0] !== title)
      expect(changed).to.deep.equal([])
    })
  }

  it('takes a text of any length in an unusual language for Western', () => {
    const text = 'Bunu çok sevdim, þarký söylüyorum. ñëw na, ñàkk xorom. Ìkùkù nke ụwa. '.replaceAll(
      /[^\0-\xff]/g,
      'u',
    )
    expect(detectCharset([Buffer.from(text.repeat(100), 'latin1')])).to.equal('windows-1252')
  })
})

/** The upper case of some letters is not in Windows-1252. */
const hasEncoding = (title: string): boolean =>
  Array.from(title).every(
    (character) => character < '\u0100' || encodeWestern(character)[0] !== character.charCodeAt(0) % 0x100,
  )
