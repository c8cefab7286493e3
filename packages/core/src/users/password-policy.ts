import { lengthOf, type TextInput } from '../text-input.ts'
import { commonPasswords } from './common-passwords.ts'

export const minPasswordLength = 8
export const maxPasswordLength = 128

/** What an attacker who knows the person would try first: the name, the surname, the e-mail address. */
export interface PasswordContext {
  readonly name: string
  readonly surname: string
  readonly email: string | undefined
}

/**
 * Length and commonness only, no rules of composition (NIST SP 800-63B-4 section 3.1.1.2, ASVS 5.0 section 6.2).
 * Returned in NFC, so that the same characters typed on another keyboard match; never trimmed.
 */
export function readPassword(input: TextInput, value: string, context: PasswordContext): string {
  const password = normalizePassword(value)
  const length = lengthOf(password)
  // Half a surrogate pair has no bytes in UTF-8, so every such password would be the same as every other.
  if (!password.isWellFormed()) {
    input.issue('/password', 'invalid_characters', 'password must be well-formed text')
  } else if (length < minPasswordLength || length > maxPasswordLength) {
    input.issue(
      '/password',
      length < minPasswordLength ? 'too_short' : 'too_long',
      'password must have 8 to 128 characters',
    )
  } else if (isCommon(password, context)) {
    input.issue(
      '/password',
      'password_too_common',
      'password is among the ones that attackers try first: choose another',
    )
  }
  return password
}

export const normalizePassword = (value: string): string => value.normalize('NFC')

function isCommon(password: string, context: PasswordContext): boolean {
  const folded = password.toLowerCase()
  const guesses = guessesFrom(context)
  // A context word with digits behind it is still the word: `audiohost1`, `margarethe2026`.
  const withoutTail = folded.replace(/(?<![\d!?.])[\d!?.]+$/, '')
  return (
    commonPasswords.has(folded) || guesses.has(folded) || guesses.has(withoutTail) || isOneCharacter(folded)
  )
}

function guessesFrom({ name, surname, email = '' }: PasswordContext): ReadonlySet<string> {
  const [mailbox = ''] = email.split('@')
  const words = [name, surname, email, mailbox, 'audiohost']
  const pairs = [`${name}${surname}`, `${surname}${name}`, `${name} ${surname}`]
  return new Set(
    [...words, ...pairs].map((word) => normalizePassword(word).trim().toLowerCase()).filter(Boolean),
  )
}

const isOneCharacter = (text: string): boolean => new Set(text).size === 1
