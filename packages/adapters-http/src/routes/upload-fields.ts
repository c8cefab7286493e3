import type { AudioDetails } from '@audiohost/core'
import { z } from 'zod'
import { description, titleOfUpload } from '../schemas/fields.ts'
import { validate } from '../validate.ts'

export const uploadFields = z.strictObject({
  title: titleOfUpload.optional(),
  description: description.optional(),
})

export const uploadParts = uploadFields.extend({
  file: z.string().meta({ description: 'The audio itself', override: { format: 'binary' } }),
})

/** The text fields that came beside the file. @throws InvalidInput */
export const readUploadFields = (fields: Readonly<Record<string, string>>): AudioDetails =>
  validate(uploadFields, fields) as z.output<typeof uploadFields>
