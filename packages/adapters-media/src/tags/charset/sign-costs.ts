const expectedBits = 3
const misplacedBits = 12
const unusualBits = 13
const controlBits = 20

const isWordCharacter = (character: string): boolean => /[\p{L}\p{M}\p{N}]/u.test(character)
/** Without the ordinal signs and the micro sign, which are letters to Unicode. */
export const isLetter = (character: string): boolean => /(?![ªºµ])[\p{L}\p{M}]/u.test(character)
const isDigit = (character: string): boolean => /\p{N}/u.test(character)

type Place = (before: string, after: string) => boolean

/** Where each sign is at home. A letter of another encoding that looks like a sign is seldom there. */
const places: readonly (readonly [signs: string, place: Place])[] = [
  ['“„‚«‹¿¡', (before) => !isWordCharacter(before)],
  ['”»›…™®°ºª²³¹', (before, after) => before !== '' && !isLetter(after)],
  ['’‘´', (before, after) => isWordCharacter(before) || isWordCharacter(after)],
  ['–—', (before, after) => !isUnusual(before) && !isUnusual(after)],
  ['•·', (before, after) => isLetter(before) === isLetter(after)],
  ['×÷½¼¾±', (before, after) => !isLetter(before) && !isLetter(after)],
  ['©№§', (before) => !isWordCharacter(before)],
  ['£€¥¢', (before, after) => isDigit(before) || isDigit(after)],
  ['\u00a0', (before, after) => before !== '' && after !== ''],
]

const placeOf = new Map(places.flatMap(([signs, place]) => [...signs].map((sign) => [sign, place] as const)))

const isUnusual = (character: string): boolean =>
  character >= '\u0080' && !isWordCharacter(character) && !placeOf.has(character)

/** The bits of a character that is neither ASCII nor a letter, by what is beside it; empty at an end of the text. */
export function signCost(sign: string, before: string, after: string): number {
  if (/\p{Cc}/u.test(sign)) return controlBits
  const place = placeOf.get(sign)
  if (!place) return unusualBits
  return place(before, after) ? expectedBits : misplacedBits
}
