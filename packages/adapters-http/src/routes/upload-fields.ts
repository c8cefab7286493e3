import type { AudioDetails } from '@audiohost/core'
import { z } from 'zod'
import { description, title } from '../schemas/fields.ts'
import { validate } from '../validate.ts'

const fieldsSchema = z.strictObject({ title: title.optional(), description: description.optional() })

export const uploadParts = fieldsSchema.extend({
  file: z.string().meta({ description: 'The audio itself', override: { format: 'binary' } }),
})

/** The text fields that came beside the file. @throws InvalidInput */
export const readUploadFields = (fields: Readonly<Record<string, string>>): AudioDetails =>
  validate(fieldsSchema, fields) as z.output<typeof fieldsSchema>
