const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

/**
 * The token with one character changed, for every place in it. The highest of the six bits is flipped, since some
 * low bits at the end of base64url text mean nothing.
 */
export function* alteredTokens(token: string): Generator<string, void, undefined> {
  for (const [place, character] of [...token].entries()) {
    const value = alphabet.indexOf(character)
    const other = value < 0 ? 'A' : (alphabet[value ^ 32] ?? 'A')
    yield token.slice(0, place) + other + token.slice(place + 1)
  }
}

/** Texts that clients send where a token belongs. */
export const notTokens: readonly string[] = [
  '',
  ' ',
  '.',
  '..',
  'null',
  'undefined',
  'a.b.c',
  'Bearer abc',
  '{"sub":"1"}',
  'eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.',
  'é.ü.ß',
  'a\0b',
  'x'.repeat(100_000),
  `${'a'.repeat(1000)}.${'b'.repeat(1000)}.${'c'.repeat(1000)}`,
]
