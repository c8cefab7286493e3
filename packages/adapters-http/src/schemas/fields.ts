import {
  maxDescriptionLength,
  maxEmailLength,
  maxNameLength,
  maxPasswordLength,
  maxTitleLength,
  minPasswordLength,
  parseUserId,
  readDescription,
  readEmail,
  readName,
  readPassword,
  readTitle,
  TextInput,
  type InputIssue,
} from '@audiohost/core'
import { z } from 'zod'

// Lengths are documented here and decided by the domain, which counts characters as people do. The bound on what is
// taken at all is wide: it keeps absurd strings away from everything that costs time, hashing above all.
const text = (meta: Record<string, unknown>) => z.string().max(maxTextLength).meta(meta)
const maxTextLength = 20_000
const maxSecretLength = 1024

// The characters that `TextInput` of the domain takes, in a form that every implementation of JSON Schema
// understands. A line must also have a visible character.
const linePattern = String.raw`^[^\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]*$`
const textPattern = String.raw`^[^\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\ufeff]*$`

export const id = z.string().meta({ format: 'uuid', example: '01939c1e-7a4b-7cc3-9f7e-2b1d3c4e5f60' })
export const time = z.string().meta({ format: 'date-time', example: '2026-11-22T18:30:00.000Z' })

/** Adds the issues that the domain finds, so that the faults of all fields are reported together. */
const readBy = <Schema extends z.ZodType<string>>(
  schema: Schema,
  read: (input: TextInput, value: string) => unknown,
): Schema =>
  schema.superRefine((value, context) => {
    const input = new TextInput()
    read(input, value)
    for (const issue of input.issues) addIssue(context, { ...issue, path: '' })
  })

/** Issues of the domain name fields of the object that is checked. */
export function addIssues(context: z.core.$RefinementCtx, { issues }: TextInput): void {
  for (const issue of issues) addIssue(context, issue)
}

function addIssue(context: z.core.$RefinementCtx, { path, code, message }: InputIssue): void {
  const keys = path.split('/').slice(1)
  context.addIssue({ code: 'custom', path: keys, message, params: { code, isOfDomain: true } })
}

export const name = readBy(
  text({ minLength: 1, pattern: linePattern, maxLength: maxNameLength, example: 'Ada' }),
  (input, value) => readName(input, '/name', value),
)
export const surname = readBy(
  text({ minLength: 1, pattern: linePattern, maxLength: maxNameLength, example: 'Lovelace' }),
  (input, value) => readName(input, '/surname', value),
)
/** Of an existing account. An address that is not valid is treated as unknown. */
export const email = text({ format: 'email', maxLength: maxEmailLength, example: 'ada@example.org' })
export const newEmail = readBy(email, readEmail)
export const title = readBy(
  text({ minLength: 1, pattern: linePattern, maxLength: maxTitleLength, example: 'Nocturne' }),
  readTitle,
)
/** A blank title counts as none. */
export const titleOfUpload = readBy(
  text({ maxLength: maxTitleLength, example: 'Nocturne' }),
  (input, value) => value.trim() === '' || readTitle(input, value),
)
export const description = readBy(
  text({ pattern: textPattern, maxLength: maxDescriptionLength, example: 'Recorded at home' }),
  readDescription,
)

/** The examples fit together: one registers an account, and the next signs in to it. */
export const examplePassword = 'correct horse battery staple'
export const exampleId = '01939c1e-7a4b-7cc3-9f7e-2b1d3c4e5f60'

const nobody = { name: '', surname: '', email: undefined }

/** The domain also refuses a password that can be guessed from the name or the address of the user. */
export const newPassword = readBy(
  z
    .string()
    .max(maxSecretLength)
    .meta({
      format: 'password',
      minLength: minPasswordLength,
      override: { maxLength: maxPasswordLength },
      description: 'Any characters; the most common passwords are refused',
      example: examplePassword,
    }),
  (input, value) => readPassword(input, value, nobody),
)
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
