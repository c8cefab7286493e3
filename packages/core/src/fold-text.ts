const diacritics = /[\u0300-\u036f]/g
const invisible = /[\p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}]/gu
const gaps = /[\p{Z}\p{Cc}]+/gu

/**
 * The form in which texts are compared: without case, accents, ligatures and widths (Unicode compatibility forms), and with one
 * space for every gap. Independent of any locale, so that it is the same in every process and every database.
 * What it makes of a text may change with the Unicode version of the runtime; it is stored beside the text, never instead.
 */
export function foldText(text: string): string {
  const bare = text.toWellFormed().normalize('NFKD').replace(diacritics, '').replace(invisible, '')
  // By way of upper case, which knows more pairs ("ß" and "SS"); sigma has two lower-case forms, chosen by its place in a word.
  const folded = bare
    .toUpperCase()
    .toLowerCase()
    .normalize('NFKD')
    .replace(diacritics, '')
    .replaceAll('ς', 'σ')
  return folded.normalize('NFC').replace(gaps, ' ').trim()
}

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
