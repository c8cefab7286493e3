import { decodeCharset, westernCharset } from './charset.ts'
import { scriptCosts, type ScriptCost } from './script-costs.ts'

interface Candidate {
  readonly charset: string
  readonly cost: ScriptCost
  /** Bits that it costs because it is rare in tags. */
  readonly prior: number
  /** How many bits it must be better than Windows-1252. */
  readonly margin: number
  /** Whether it shares most of its letters with Windows-1252, so that only the others are compared. */
  readonly isLatin?: boolean
  /** What must be in one of the texts. */
  readonly required?: RegExp
}

/** Scripts of their own, of few letters. */
const alphabet = { prior: 0, margin: 22 }
const latin = { prior: 0, margin: 14, isLatin: true }
/** Two or more that follow each other: a sign and a Western letter often look like a single one. */
const ideographs = {
  prior: 0,
  margin: 20,
  required: /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}ー]{2}/u,
}
const candidates: readonly Candidate[] = [
  { charset: 'windows-1251', cost: scriptCosts.cyrillic, ...alphabet },
  { charset: 'koi8-r', cost: scriptCosts.cyrillic, ...alphabet, prior: 3 },
  { charset: 'ibm866', cost: scriptCosts.cyrillic, ...alphabet, prior: 3 },
  { charset: 'windows-1253', cost: scriptCosts.greek, ...alphabet, prior: 3 },
  { charset: 'windows-1250', cost: scriptCosts.central, ...latin },
  { charset: 'shift_jis', cost: scriptCosts.japanese, ...ideographs },
  { charset: 'euc-jp', cost: scriptCosts.japanese, ...ideographs, prior: 6 },
  { charset: 'gbk', cost: scriptCosts.simplified, ...ideographs },
  { charset: 'big5', cost: scriptCosts.traditional, ...ideographs, prior: 1 },
  { charset: 'euc-kr', cost: scriptCosts.korean, ...ideographs },
]

/** One text among the others may be Western: that it is an exception costs a little. */
const exceptionBits = 8
/** Western letters in an unusual order cost more than another reading by chance, but not by so much each. */
const smallestAdvantage = 3
const asciiBits = 4
/** A thousand letters leave no doubt, and each costs ten decodings. */
const mostExaminedBytes = 2000
/** Of each text, so that long lyrics leave some for the others. */
const mostBytesOfText = 200

const isException = (advantage: number | undefined): boolean => advantage === -exceptionBits

/** The encoding that all texts of a file share, or Windows-1252 unless another one is far more likely. */
export function detectCharset(texts: readonly Buffer[]): string {
  const examined = examine(texts)
  const high = examined.map((text) => text.filter((byte) => byte >= 0x80).length)
  let best = { charset: westernCharset, bits: 0 }
  for (const candidate of candidates) {
    const advantages = examined.map((text) => Math.max(advantageOf(candidate, text), -exceptionBits))
    const total = advantages.reduce((sum, bits) => sum + bits, 0)
    const compared = high.reduce((sum, count, at) => sum + (isException(advantages[at]) ? 0 : count), 0)
    const least = Math.max(candidate.margin, candidate.isLatin ? 0 : compared * smallestAdvantage)
    const bits = total - candidate.prior
    if (total >= least && bits > best.bits && hasRequired(candidate, examined))
      best = { charset: candidate.charset, bits }
  }
  return best.charset
}

/** Whether this text is Western although the others of its file are not. */
export function isWesternException(charset: string, text: Buffer): boolean {
  const candidate = candidates.find((one) => one.charset === charset)
  return candidate !== undefined && advantageOf(candidate, text.subarray(0, mostBytesOfText)) < -exceptionBits
}

const hasRequired = ({ charset, required }: Candidate, texts: readonly Buffer[]): boolean =>
  required === undefined || texts.some((text) => required.test(decodeCharset(charset, text) ?? ''))

/** By how many bits the text is likelier in this encoding than in Windows-1252. */
function advantageOf({ charset, cost, isLatin }: Candidate, text: Buffer): number {
  const decoded = decodeCharset(charset, text)
  if (decoded === undefined) return -Infinity
  const western = [...(decodeCharset(westernCharset, text) ?? '')]
  const characters = [...decoded]
  const isCompared = isLatin ? (index: number): boolean => characters[index] !== western[index] : undefined
  const westernBits = scriptCosts.western(western, isCompared ?? isHighIn(western))
  // Double-byte encodings may take an ASCII letter for the second byte, which Western text would have to explain.
  const takenLetters = isLatin ? 0 : asciiCount(western) - asciiCount(characters)
  return westernBits + asciiBits * takenLetters - cost(characters, isCompared ?? isHighIn(characters))
}

const isHigh = (character: string | undefined): boolean => character !== undefined && character >= '\u0080'
const isHighIn =
  (characters: readonly string[]) =>
  (index: number): boolean =>
    isHigh(characters[index])
const asciiCount = (characters: readonly string[]): number =>
  characters.reduce((count, character) => (isHigh(character) ? count : count + 1), 0)

/** Different texts up to a bound: the same artist in ID3v1 and ID3v2 counts once. */
function examine(texts: readonly Buffer[]): readonly Buffer[] {
  const different = [...new Map(texts.map((text) => [text.toString('latin1'), text])).values()]
  let left = mostExaminedBytes
  return different.flatMap((text) => {
    const part = text.subarray(0, Math.min(left, mostBytesOfText))
    left -= part.length
    return part.length > 0 ? [part] : []
  })
}
