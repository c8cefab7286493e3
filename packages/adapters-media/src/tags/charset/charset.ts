import { TextDecoder } from 'node:util'

/** The encoding of Western texts, by its label in the Encoding Standard. */
export const westernCharset = 'windows-1252'

/** Windows-1252 from 0x80 to 0x9F; ISO-8859-1 has control characters there. Not by `TextDecoder`, which some releases of Node.js take for ISO-8859-1. */
const signs1252 = '€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ'

const decodeWestern = (bytes: Buffer): string =>
  bytes.toString('latin1').replace(/[\x80-\x9f]/g, (sign) => signs1252.charAt(sign.charCodeAt(0) - 0x80))

/** ID3v1 cuts texts at 28 or 30 bytes, and bounds of ours cut longer ones. */
const shortestCutBytes = 28

/** `undefined` if the bytes are not of this encoding. A character that is cut off at the end of a long text is left out. */
export function decodeCharset(charset: string, bytes: Buffer): string | undefined {
  if (charset === westernCharset) return decodeWestern(bytes)
  const whole = decodeStrictly(charset, bytes)
  if (whole !== undefined || bytes.length < shortestCutBytes) return whole
  return decodeStrictly(charset, bytes.subarray(0, -1))
}

/** Creating a decoder costs more than decoding a title. */
const decoders = new Map<string, TextDecoder>()

function decodeStrictly(charset: string, bytes: Buffer): string | undefined {
  try {
    const decoder = decoders.get(charset) ?? new TextDecoder(charset, { fatal: true, ignoreBOM: true })
    // Only after success: an error may leave a decoder in the middle of a character.
    decoders.delete(charset)
    const text = decoder.decode(bytes)
    decoders.set(charset, decoder)
    return /[\p{Co}\ufffd]/u.test(text) ? undefined : text
  } catch {
    return undefined
  }
}
