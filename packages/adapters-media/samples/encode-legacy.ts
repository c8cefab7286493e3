/** Encodes text in an encoding of at most two bytes a character; `undefined` if it has no such character. */
export function legacyEncoder(charset: string): (text: string) => Buffer | undefined {
  const bytesOf = new Map<string, Buffer>()
  const decoder = new TextDecoder(charset, { fatal: true })
  const learn = (bytes: Buffer): void => {
    try {
      const text = decoder.decode(bytes)
      if ([...text].length === 1 && !bytesOf.has(text)) bytesOf.set(text, bytes)
    } catch {
      // No character.
    }
  }
  for (let byte = 0; byte < 0x100; byte++) learn(Buffer.of(byte))
  for (let byte = 0x80; byte < 0x100; byte++)
    for (let next = 0x30; next < 0x100; next++) learn(Buffer.of(byte, next))
  return (text) => {
    const parts = [...text].map((character) => bytesOf.get(character))
    const known = parts.filter((part) => part !== undefined)
    return known.length === parts.length ? Buffer.concat(known) : undefined
  }
}

const signs1252 = '€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ'

/** `TextDecoder` of some releases of Node.js takes Windows-1252 for ISO-8859-1. */
export function encodeWestern(text: string): Buffer {
  const bytes = Array.from(text, (character) => {
    const sign = signs1252.indexOf(character)
    return sign < 0 ? character.charCodeAt(0) : 0x80 + sign
  })
  return Buffer.from(bytes)
}
