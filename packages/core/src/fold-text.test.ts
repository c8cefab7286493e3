import { expect } from 'chai'
import fc from 'fast-check'
import { compareText, foldText } from './fold-text.ts'

describe('foldText', () => {
  const alike = [
    ['Éclair', 'eclair'],
    ['E\u0301CLAIR', 'éclair'],
    ['Ёлка', 'елка'],
    ['STRASSE', 'straße'],
    ['ΟΔΟΣ', 'οδος'],
    ['Ｆｕｌｌ　ｗｉｄｔｈ', 'full width'],
    ['ﬁnale', 'FINALE'],
    ['İstanbul', 'istanbul'],
    ['two\t\n  words ', 'Two words'],
    ['soft\u00adly', 'softly'],
    ['Don’t', "don't"],
    ['‘n’ ʼn ʻn ‛n ′n `n ´n ＇n ׳n', "'n' 'n 'n 'n 'n 'n 'n 'n 'n"],
    ['L‘œuvre', "l'oeuvre"],
    ['“a” „a‟ «a» ″a″ ＂a〞 ״a', '"a" "a" "a" "a" "a" "a'],
    ['‹a›', "'a'"],
    ['a–b — a−b ‐ ‑ ‒ ― － ﹣', 'a-b - a-b - - - - - -'],
    ['wait…', 'wait...'],
    ['夏〜秋', '夏～秋'],
    ['½', '1/2'],
    ['C♯', 'c#'],
    ['Røyksopp Łódź Đorđe Ðæt Þór Ænima Œuvre Ħal', 'royksopp lodz dorde daet thor aenima oeuvre hal'],
    ['ILIK ılık', 'ilik ilik'],
    ['サクラ ｻｸﾗ ガラス', 'さくら さくら がらす'],
    ['كِتَابٌ', 'كتاب'],
    ['مـــحمد', 'محمد'],
    ['שָׁלוֹם', 'שלום'],
  ] as const
  for (const [one, other] of alike) {
    it(`makes ${JSON.stringify(one)} and ${JSON.stringify(other)} the same`, () => {
      expect(foldText(one)).to.equal(foldText(other))
    })
  }

  const different = [
    ['か', 'が'],
    ['한', '하'],
    ['का', 'की'],
    ['50%', '50'],
    ['a_b', 'a b'],
    ['a-b', 'a b'],
    ["o'n", 'on'],
    ['क', 'कि'],
    ['か', 'っか'],
  ] as const
  for (const [one, other] of different) {
    it(`keeps ${one} and ${other} apart`, () => {
      expect(foldText(one)).to.not.equal(foldText(other))
    })
  }

  it('has nothing more to fold in what it gave, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 50 }), (text) => {
        const folded = foldText(text)
        expect(foldText(folded)).to.equal(folded)
        expect(folded.isWellFormed() && !folded.includes('\0')).to.equal(true)
      }),
      { numRuns: 2000 },
    )
  })
})

describe('compareText', () => {
  it('orders by code points, which PostgreSQL does and UTF-16 does not', () => {
    const ordered = ['', 'a', 'aa', 'b', 'ä', '\uff5e', '💿', '💿a']
    expect([...ordered].reverse().sort(compareText)).to.deep.equal(ordered)
  })

  it('agrees with the order of bytes in UTF-8', () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 5 })
    fc.assert(
      fc.property(text, text, (a, b) => {
        expect(Math.sign(compareText(a, b))).to.equal(Buffer.compare(Buffer.from(a), Buffer.from(b)))
      }),
    )
  })
})
