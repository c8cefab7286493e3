import {
  maxDescriptionLength,
  maxEmailLength,
  maxNameLength,
  maxPasswordLength,
  maxTitleLength,
  minPasswordLength,
  parseUserId,
} from '@audiohost/core'
import { z } from 'zod'

// Lengths are documented here and decided by the domain, which counts characters as people do. The bound on what is
// taken at all is wide: it keeps absurd strings away from everything that costs time, hashing above all.
const text = (meta: Record<string, unknown>) => z.string().max(maxTextLength).meta(meta)
const maxTextLength = 20_000
const maxSecretLength = 1024

export const id = z.string().meta({ format: 'uuid', example: '01939c1e-7a4b-7cc3-9f7e-2b1d3c4e5f60' })
export const time = z.string().meta({ format: 'date-time', example: '2026-11-22T18:30:00.000Z' })

export const name = text({ minLength: 1, maxLength: maxNameLength, example: 'Ada' })
export const surname = text({ minLength: 1, maxLength: maxNameLength, example: 'Lovelace' })
export const email = text({ format: 'email', maxLength: maxEmailLength, example: 'ada@example.org' })
export const title = text({ maxLength: maxTitleLength, example: 'Nocturne' })
export const description = text({ maxLength: maxDescriptionLength, example: 'Recorded at home' })

export const newPassword = z
  .string()
  .max(maxSecretLength)
  .meta({
    format: 'password',
    minLength: minPasswordLength,
    override: { maxLength: maxPasswordLength },
    description: 'Any characters; the most common passwords are refused',
    example: 'correct horse battery staple',
  })
export const secret = z.string().max(maxSecretLength)

/** Accepts what the domain accepts as an id and gives it its canonical form. */
export function idParameter<Id>(parse: (text: string) => Id | undefined) {
  return z
    .string()
    .transform((value, context) => {
      const parsed = parse(value)
      if (parsed !== undefined) return parsed
      context.addIssue({ code: 'custom', message: 'must be a UUID', params: { code: 'invalid_id' } })
      return z.NEVER
    })
    .meta({ override: { type: 'string', format: 'uuid' } })
}

export const userId = idParameter(parseUserId)
