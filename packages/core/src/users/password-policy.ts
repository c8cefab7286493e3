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
export function readPassword(
  input: TextInput,
  path: string,
  value: string,
  context: PasswordContext,
): string {
  const password = normalizePassword(value)
  const length = lengthOf(password)
  if (length < minPasswordLength || length > maxPasswordLength) {
    input.issue(
      path,
      length < minPasswordLength ? 'too_short' : 'too_long',
      'password must have 8 to 128 characters',
    )
  } else if (isCommon(password, context)) {
    input.issue(
      path,
      'password_too_common',
      'password is among the ones that attackers try first: choose another',
    )
  }
  return password
}

export const normalizePassword = (value: string): string => value.normalize('NFC')

function isCommon(password: string, context: PasswordContext): boolean {
  const folded = password.toLowerCase()
  const words = [
    context.name,
    context.surname,
    context.email ?? '',
    context.email?.split('@')[0] ?? '',
    'audiohost',
  ]
    .map((word) => word.toLowerCase())
    .filter((word) => word !== '')
  const [name = '', surname = ''] = [context.name.toLowerCase(), context.surname.toLowerCase()]
  const guesses = new Set([...words, name + surname, surname + name, `${name} ${surname}`])
  // A context word with digits behind it is still the word: `audiohost1`, `margarethe2026`.
  return (
    commonPasswords.has(folded) ||
    guesses.has(folded) ||
    guesses.has(folded.replace(/[\d!?.]+$/, '')) ||
    isOneCharacter(folded)
  )
}

const isOneCharacter = (text: string): boolean => new Set(text).size === 1
