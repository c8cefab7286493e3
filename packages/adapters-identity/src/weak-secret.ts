/** Shorter than the output of SHA-256, a key of HMAC loses strength (RFC 2104 section 3). */
export const minSecretBytes = 32

const longestRepeatedPattern = 16
const minDistinctCharacters = 8
const minOwnCharacters = 16

// What documentation, examples and tired people write into a configuration.
const placeholders =
  /change|me|this|please|secret|password|passwd|pass|default|example|sample|placeholder|replace|insert|your|own|my|the|use|todo|fixme|test|dummy|dev|development|local|prod|production|server|insecure|super|top|very|long|strong|secure|random|string|internal|audiohost|token|key|jwt|hmac|admin|root|user|letmein|qwerty|uiop|asdf|ghjkl|zxcv|bnm|here|with|need|must|should|not|do|in|at|least|be|for|and|or|to|is|a|of|bytes|byte|characters|chars|char|bits|bit|(?<![0-9])[0-9]{1,10}(?![0-9])/g

/**
 * True for a text that somebody could guess: short, a repeated pattern, a sequence, or little but placeholder words.
 * False does not make it random: no look at the text can.
 */
export function isWeakSecret(text: string): boolean {
  return (
    Buffer.byteLength(text) < minSecretBytes ||
    new Set(text).size < minDistinctCharacters ||
    isRepeatedPattern(text) ||
    isMostlySequence(text) ||
    isPlaceholder(text)
  )
}

function isRepeatedPattern(text: string): boolean {
  for (let length = 1; length <= longestRepeatedPattern; length++) {
    if (text.slice(length) === text.slice(0, -length)) return true
  }
  return false
}

/** `abcdef...`, `98765...`: more than half of the steps between neighbours are the same small step. */
function isMostlySequence(text: string): boolean {
  let regular = 0
  for (let index = 1; index < text.length; index++) {
    if (Math.abs(text.charCodeAt(index) - text.charCodeAt(index - 1)) <= 1) regular++
  }
  return regular > text.length / 2
}

function isPlaceholder(text: string): boolean {
  const words = text.toLowerCase().split(/[^\p{L}\p{N}]+/u)
  // Random text in base64 is cut into few words, none of which is made of placeholders alone.
  const own = words.filter((word) => word.replace(placeholders, '') !== '')
  return own.join('').length < minOwnCharacters
}
