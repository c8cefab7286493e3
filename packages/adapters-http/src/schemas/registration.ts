import { readPassword, TextInput } from '@audiohost/core'
import { z } from 'zod'
import { addIssues, examplePassword, name, newEmail, newPassword, secret, surname } from './fields.ts'

export const registration = z
  .strictObject({
    name,
    surname,
    email: newEmail,
    password: newPassword,
    password2: secret.optional().meta({
      format: 'password',
      description: 'If given, it must equal `password`',
      example: examplePassword,
    }),
  })
  .superRefine(checkPasswords, { when: ({ value }) => typeof value === 'object' && value !== null })

/** Checks that need more than one field. Runs even if fields are missing or have faults of their own. */
function checkPasswords(fields: Readonly<Record<string, unknown>>, context: z.core.$RefinementCtx): void {
  const { password, password2 } = fields
  const input = new TextInput()
  if (typeof password === 'string') {
    const [name = '', surname = '', email] = [fields.name, fields.surname, fields.email].map(textOf)
    readPassword(input, password, { name, surname, email })
  }
  if (password2 !== undefined && password2 !== password) {
    input.issue('/password2', 'mismatch', 'password2 must equal password')
  }
  addIssues(context, input)
}

const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)
