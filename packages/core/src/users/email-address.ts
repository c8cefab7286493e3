import type { Branded } from '../ids.ts'
import type { TextInput } from '../text-input.ts'

/** An address as its owner wrote it, trimmed. Compare addresses by `emailKey`. */
export type EmailAddress = Branded<string, 'EmailAddress'>

/** The form in which addresses are compared and kept unique. */
export type EmailKey = Branded<string, 'EmailKey'>

// RFC 5321 section 4.5.3.1: 64 octets before the at sign, 254 for a usable path.
export const maxEmailLength = 254
const shape =
  /^[^\s@"(),:;<>[\\\]\p{C}]{1,64}@(?:[\p{L}\p{N}](?:[\p{L}\p{M}\p{N}-]{0,61}[\p{L}\p{M}\p{N}])?\.)+\p{L}[\p{L}\p{M}\p{N}-]{0,61}[\p{L}\p{M}\p{N}]$/u

export function parseEmailAddress(text: string): EmailAddress | undefined {
  const trimmed = text.trim().normalize('NFC')
  const [local = ''] = trimmed.split('@')
  const dotted = local.startsWith('.') || local.endsWith('.') || local.includes('..')
  if (trimmed.length > maxEmailLength || dotted || !shape.test(trimmed)) return undefined
  return trimmed as EmailAddress
}

/** Case-folded whole: servers that tell `Ann@` from `ann@` are unheard of, people who type both are not. */
export function emailKey(email: EmailAddress): EmailKey {
  return email.normalize('NFKC').toLowerCase() as EmailKey
}

export function readEmail(input: TextInput, value: string): EmailAddress {
  const email = parseEmailAddress(value)
  if (email === undefined) input.issue('/email', 'invalid_email', 'email must be an e-mail address')
  return email ?? ('' as EmailAddress)
}
