import { hangul, kanji, simplified, traditional } from './frequent-characters.ts'
import {
  centralLetters,
  cyrillicLetters,
  greekLetters,
  westernLetters,
  type LetterTable,
} from './letter-tables.ts'
import { isLetter, signCost } from './sign-costs.ts'

/** Which characters are compared, by their index in the text. */
export type Compared = (index: number) => boolean

/** How many bits the compared characters of a text cost: the fewer, the likelier it is a text in this script. */
export type ScriptCost = (characters: readonly string[], isCompared: Compared) => number

const unknownLetterBits = 14
const mixedScriptBits = 16
const caseInWordBits = 5

const isAscii = (character: string): boolean => character < '\u0080'
/** No word has them, and yet they are written, as in ÄÖÜ and ÂÊÎÔÛ. */
const sameAccentBits = 6
const isSameAccent = (first: string, second: string): boolean => {
  const [one = '', other = ''] = [first, second].map((character) => character.normalize('NFD').slice(1))
  return one !== '' && one === other
}

const isLower = (character: string): boolean => character !== character.toUpperCase()
const isUpper = (character: string): boolean => character !== character.toLowerCase()

/** Scripts of few letters, by pairs of letters. */
function alphabetCost({ letters, costs }: LetterTable): ScriptCost {
  const indexOf = new Map([...letters].map((character, index) => [character, index]))
  const pairBits = (first: string, second: string): number => {
    const [row, column] = [indexOf.get(first), indexOf.get(second)]
    if (row === undefined || column === undefined)
      return isAscii(first) || isAscii(second) ? mixedScriptBits : unknownLetterBits
    return Number.parseInt(costs.charAt(row * indexOf.size + column), 16)
  }
  const lettersBits = (first: string, second: string): number => {
    const [isFirst, isSecond] = [isLetter(first), isLetter(second)]
    if (!isFirst && !isSecond) return 0
    const bits = pairBits(isFirst ? first.toLowerCase() : '_', isSecond ? second.toLowerCase() : '_')
    if (isFirst && isSecond && isLower(first) && isUpper(second)) return bits + caseInWordBits
    return isSameAccent(first, second) ? Math.min(bits, sameAccentBits) : bits
  }
  return (characters, isCompared) => {
    let bits = 0
    for (let index = 0; index <= characters.length; index++) {
      const [before = '', character = ''] = [characters[index - 1], characters[index]]
      const isHere = index < characters.length && isCompared(index)
      if (isHere || (index > 0 && isCompared(index - 1))) bits += lettersBits(before, character)
      if (isHere && !isAscii(character) && !isLetter(character))
        bits += signCost(character, before, characters[index + 1] ?? '')
    }
    return bits
  }
}

const rareBits = 15
const foreignBits = 17
const fullWidthSignBits = 9
const besideLatinBits = 8

type CharacterBits = (character: string) => number | undefined

/** Scripts of thousands of characters, by single characters. */
function ideographCost(bitsOf: CharacterBits): ScriptCost {
  return (characters, isCompared) => {
    let bits = 0
    characters.forEach((character, index) => {
      if (isCompared(index)) bits += bitsOf(character) ?? otherBits(character)
      const before = characters[index - 1] ?? ''
      const isJoined = isLetter(before) && isLetter(character)
      if (isJoined && isAscii(before) !== isAscii(character)) bits += besideLatinBits
    })
    return bits
  }
}

const otherBits = (character: string): number =>
  /[\u3000-\u303f\uff01-\uff5e‘’“”…—·]/u.test(character) ? fullWidthSignBits : foreignBits

/** @param frequent with the most frequent character first */
function frequencyBits(frequent: string, lessFrequent: string, script: RegExp): CharacterBits {
  const ranks = new Map([...frequent].map((character, rank) => [character, rank]))
  const others = new Set(lessFrequent)
  return (character) => {
    const rank = ranks.get(character)
    if (rank !== undefined) return bitsOfRank(rank)
    if (others.has(character)) return 13
    return script.test(character) ? rareBits : undefined
  }
}

const bitsOfRank = (rank: number): number => (rank < 200 ? 8 : rank < 1000 ? 10.5 : 12)

const han = /\p{Script=Han}/u
const kana = /[\u3041-\u30ff]/u
const halfWidthKana = /[\uff61-\uff9f]/u

const kanjiBits = frequencyBits(kanji, '', han)
const japaneseBits: CharacterBits = (character) => {
  if (kana.test(character)) return 6.5
  return halfWidthKana.test(character) ? 11 : kanjiBits(character)
}
const withForeignKana =
  (bitsOf: CharacterBits): CharacterBits =>
  (character) =>
    kana.test(character) ? 11 : bitsOf(character)

export const scriptCosts = {
  western: alphabetCost(westernLetters),
  central: alphabetCost(centralLetters),
  cyrillic: alphabetCost(cyrillicLetters),
  greek: alphabetCost(greekLetters),
  japanese: ideographCost(japaneseBits),
  simplified: ideographCost(withForeignKana(frequencyBits(simplified, traditional, han))),
  traditional: ideographCost(withForeignKana(frequencyBits(traditional, '', han))),
  korean: ideographCost(withForeignKana(frequencyBits(hangul, '', /\p{Script=Hangul}/u))),
} as const satisfies Record<string, ScriptCost>
