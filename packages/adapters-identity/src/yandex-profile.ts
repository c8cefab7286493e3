import type { ExternalProfile } from '@audiohost/core'
import { ProviderFailure } from './provider-failure.ts'

// The longest address that RFC 5321 allows, with room for what core will refuse by its own rules.
const maxEmailLength = 320
const maxNameLength = 1000

/**
 * Reads the answer of https://login.yandex.ru/info. It says nothing about whether the address is verified.
 * @throws ProviderFailure where it is no profile, or one that was fetched with another client's token
 */
export function readYandexProfile(answer: unknown, clientId: string): ExternalProfile {
  const profile = isRecord(answer) ? answer : {}
  const subject = subjectOf(profile.id)
  if (subject === undefined || typeof profile.client_id !== 'string') {
    throw new ProviderFailure('unexpected', 'The profile lacks a usable id or client_id')
  }
  // A token that its owner gave to another site must not open an account here (RFC 9700 section 4.9).
  if (profile.client_id !== clientId) {
    throw new ProviderFailure('refused', 'The profile belongs to the token of another client')
  }
  return {
    subject,
    email: textOf(profile.default_email, maxEmailLength),
    name: nameOf(profile),
    surname: textOf(profile.last_name, maxNameLength),
  }
}

function subjectOf(id: unknown): string | undefined {
  // Above the safe integers two people could get one number.
  if (typeof id === 'number') return Number.isSafeInteger(id) ? id.toString() : undefined
  return typeof id === 'string' && /^[\x21-\x7e]{1,255}$/.test(id) ? id : undefined
}

function nameOf({ first_name, display_name, login }: Readonly<Record<string, unknown>>): string | undefined {
  return (
    textOf(first_name, maxNameLength) ?? textOf(display_name, maxNameLength) ?? textOf(login, maxNameLength)
  )
}

function textOf(value: unknown, maxLength: number): string | undefined {
  const text = typeof value === 'string' ? value.trim() : ''
  return text === '' || text.length > maxLength ? undefined : text
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
