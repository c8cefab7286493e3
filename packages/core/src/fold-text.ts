/** Accents, and the optional points of Arabic and Hebrew, including Arabic's elongation. */
const marks = /[\u0300-\u036f\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0640\u064b-\u065f\u0670]/g
const invisible = /[\p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}]/gu
const gaps = /[\p{Z}\p{Cc}]+/gu

/** Signs that are used interchangeably. In Japanese, the wave dash is used as a tilde. */
const alikeSigns: readonly (readonly [RegExp, string])[] = [
  [/[`´‘’‚‛‹›′‵ʹʻʼʽʾʿˈˊˋ՚׳❛❜ꞌ]/g, "'"],
  [/[“”„‟«»″‶‴⁗ʺ״❝❞〝〞〟]/g, '"'],
  [/[〜∼]/g, '~'],
  [/[\p{Pd}−⁃˗]/gu, '-'],
  [/[∕⁄]/g, '/'],
  [/♯/g, '#'],
]

/**
 * Letters without a decomposition, and the basic letters that are typed for them if the keyboard lacks them.
 */
const plainLetters: Readonly<Record<string, string>> = {
  ...{ ø: 'o', ł: 'l', đ: 'd', ð: 'd', þ: 'th', æ: 'ae', œ: 'oe', ħ: 'h', ŧ: 't', ı: 'i', ς: 'σ' },
}
const letterWithPlainForm = new RegExp(`[${Object.keys(plainLetters).join('')}]`, 'g')
const katakana = /[\u30a1-\u30f6\u30fd\u30fe]/g
const fromKatakanaToHiragana = 0x60

/**
 * The form in which texts are compared: without case, accents, ligatures and widths (Unicode compatibility
 * forms), with one quote for all quotes, one dash for all dashes, hiragana for katakana, and one space for
 * every gap. Independent of any locale, so that it is the same in every process and every database. The
 * result may change with the Unicode version of the runtime, so it is stored beside the text, never instead
 * of it.
 */
export function foldText(text: string): string {
  const bare = decompose(text.toWellFormed()).replace(invisible, '')
  // Upper case first, because it maps more pairs ("ß" and "SS").
  const folded = decompose(bare.toUpperCase().toLowerCase())
    .replace(letterWithPlainForm, (letter) => plainLetters[letter] ?? letter)
    .replace(katakana, (letter) => String.fromCharCode(letter.charCodeAt(0) - fromKatakanaToHiragana))
  return folded.normalize('NFC').replace(gaps, ' ').trim()
}

/**
 * Replaces signs before the decomposition too, because a lone acute accent decomposes into a space and an
 * accent.
 */
const decompose = (text: string): string =>
  withOneSign(withOneSign(text).normalize('NFKD').replace(marks, ''))

function withOneSign(text: string): string {
  if (isAscii.test(text)) return text.replaceAll('`', "'")
  return alikeSigns.reduce((signs, [alike, one]) => signs.replace(alike, one), text)
}
const isAscii = /^[\0-\x7f]*$/

/** By code points, as PostgreSQL orders under the collation "C"; JavaScript compares UTF-16 units. */
export function compareText(a: string, b: string): number {
  const [left, right] = [[...a], [...b]]
  for (const [index, character] of left.entries()) {
    const other = right[index]
    if (other === undefined) return 1
    const difference = (character.codePointAt(0) ?? 0) - (other.codePointAt(0) ?? 0)
    if (difference !== 0) return difference
  }
  return left.length - right.length
}
