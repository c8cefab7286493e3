import { isUtf8 } from 'node:buffer'
import { decodeCharset, westernCharset } from './charset/charset.ts'
import { detectCharset, isWesternException } from './charset/detect-charset.ts'

/** A file may have thousands of texts, and this bounds the time that they take. */
const mostCheckedTexts = 300

/**
 * Decodes the texts of one file whose encoding the file does not name: ID3v1, Latin-1 frames of ID3v2, RIFF INFO, and
 * bytes that claim to be UTF-8 and are not. All texts of a file come together, because they share an encoding.
 * @param charset decides instead of the detection; what is valid UTF-8 is still read as such
 */
export function decodeLegacyTexts(texts: readonly Buffer[], charset?: string): readonly string[] {
  const decoded = texts.map(decodeUtf8)
  const others = texts.filter((_, index) => decoded[index] === undefined)
  if (others.length === 0) return decoded.map((text) => text ?? '')
  const detected = detectCharset(others)
  let checked = 0
  return texts.map((text, index) => {
    const known = decoded[index] ?? (charset === undefined ? undefined : decodeCharset(charset, text))
    if (known !== undefined) return known
    const isException = checked++ < mostCheckedTexts && isWesternException(detected, text)
    return decodeAs(isException ? westernCharset : detected, text)
  })
}

function decodeAs(charset: string, text: Buffer): string {
  return decodeCharset(charset, text) ?? decodeCharset(westernCharset, text) ?? ''
}

/** ID3v1 cuts texts at 28 or 30 bytes, which may be in the middle of a character. */
const shortestCutBytes = 28
const mostCutBytes = 3

/** `undefined` if it is not UTF-8. */
function decodeUtf8(text: Buffer): string | undefined {
  const whole = decodeStrictly(text)
  if (whole !== undefined || text.length < shortestCutBytes) return whole
  for (let cut = 1; cut <= mostCutBytes; cut++) {
    const shorter = decodeStrictly(text.subarray(0, text.length - cut))
    // With a whole character before the cut one: a Latin-1 text may end with a single accent.
    if (shorter !== undefined) return /[^\0-\x7f]/.test(shorter) ? shorter : undefined
  }
  return undefined
}

const decodeStrictly = (text: Buffer): string | undefined =>
  isUtf8(text) ? new TextDecoder('utf-8').decode(text) : undefined
