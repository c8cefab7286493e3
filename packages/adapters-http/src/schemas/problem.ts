import { z } from 'zod'
import type { ProblemCode } from '../problem.ts'

const issue = z.object({
  path: z.string().meta({ description: 'JSON pointer to the field', example: '/email' }),
  code: z.string(),
  message: z.string(),
})

const problem = z
  .looseObject({
    type: z.string().meta({ format: 'uri-reference', example: '/problems/email_taken' }),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    instance: z
      .string()
      .meta({ format: 'uri-reference', description: 'The path of the request, or a URN where it has none' }),
    code: z.string(),
    request_id: z.string().meta({ description: 'Also in `X-Request-Id` and in the log' }),
    errors: z.array(issue).optional().meta({ description: 'Field by field, with status 422' }),
  })
  .meta({ id: 'Problem', description: 'RFC 9457' })

/** A problem with one of these codes. */
export const problemSchema = (codes: readonly ProblemCode[]) =>
  problem.and(z.looseObject({ code: z.enum(codes as [ProblemCode, ...ProblemCode[]]) }))
