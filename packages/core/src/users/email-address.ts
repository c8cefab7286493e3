import type { Branded } from '../ids.ts'
import type { TextInput } from '../text-input.ts'
import { asciiDomain, cleanDomain } from './email-domain.ts'

/**
 * An address as its owner wrote it, trimmed, with ordinary letters and dots in its domain. Compare addresses
 * by `emailKey`.
 */
export type EmailAddress = Branded<string, 'EmailAddress'>

/** The form in which addresses are compared and kept unique. */
export type EmailKey = Branded<string, 'EmailKey'>

// RFC 5321 section 4.5.3.1: 64 octets before the at sign, 254 for a usable path.
export const maxEmailLength = 254
const localPart = /^[^\s@"(),:;<>[\\\]\p{C}]{1,64}$/u

export function parseEmailAddress(text: string): EmailAddress | undefined {
  const parts = partsOf(text)
  return parts && asciiDomain(parts.domain) !== undefined ? joined(parts) : undefined
}

/**
 * An address for looking up an account. Also accepts a domain that `parseEmailAddress` refuses, because
 * earlier releases accepted it.
 */
export function lookUpAddress(text: string): EmailAddress | undefined {
  const parts = partsOf(text)
  return parts && parts.domain !== '' ? joined(parts) : undefined
}

/**
 * Case-folded as a whole: servers do not distinguish `Ann@` from `ann@`, and users type both. The domain is
 * in its ASCII form, so that `пример.рф` and `xn--e1afmkfd.xn--p1ai` are one.
 */
export function emailKey(email: EmailAddress): EmailKey {
  const { local = '', domain = '' } = partsOf(email) ?? {}
  return `${fold(local)}@${asciiDomain(domain) ?? fold(domain)}` as EmailKey
}

/**
 * The keys under which an account with this address may be stored, the most specific first: earlier releases
 * compared domains as they were written, and two accounts that differ only in this keep their keys (migration
 * 0020).
 */
export function emailKeys(email: EmailAddress): readonly [EmailKey, ...EmailKey[]] {
  const key = emailKey(email)
  const asWritten = fold(email) as EmailKey
  return asWritten === key ? [key] : [asWritten, key]
}

export function readEmail(input: TextInput, value: string): EmailAddress {
  const email = parseEmailAddress(value)
  if (email !== undefined) return email
  const parts = partsOf(value)
  if (parts && asciiDomain(parts.domain) === undefined) {
    input.issue('/email', 'invalid_email', 'email must have a valid domain after the @, such as example.org')
  } else {
    input.issue('/email', 'invalid_email', 'email must be an e-mail address, such as ada@example.org')
  }
  return '' as EmailAddress
}

interface AddressParts {
  readonly local: string
  readonly domain: string
}

function joined({ local, domain }: AddressParts): EmailAddress | undefined {
  const address = `${local}@${domain}`
  return address.length <= maxEmailLength ? (address as EmailAddress) : undefined
}

/** `undefined` unless there is a single at sign after a valid local part. */
function partsOf(text: string): AddressParts | undefined {
  // Far longer than any address: normalizing takes time in proportion to the length.
  if (text.length > 4 * maxEmailLength) return undefined
  const [local = '', domain, ...rest] = text.trim().normalize('NFC').replaceAll('＠', '@').split('@')
  const dotted = local.startsWith('.') || local.endsWith('.') || local.includes('..')
  if (domain === undefined || rest.length > 0 || dotted || !localPart.test(local)) return undefined
  return { local, domain: cleanDomain(domain) }
}

const fold = (text: string): string => text.normalize('NFKC').toLowerCase()
