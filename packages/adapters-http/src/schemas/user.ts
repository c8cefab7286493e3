import type { User } from '@audiohost/core'
import { z } from 'zod'
import { id, time } from './fields.ts'

export const userSchema = z
  .object({
    id,
    name: z.string(),
    surname: z.string(),
    email: z.string().nullable().meta({ description: 'Null where an identity provider told none' }),
    is_admin: z.boolean(),
    is_active: z.boolean(),
    created_at: time,
    updated_at: time,
  })
  .meta({ id: 'User' })

/** Field by field, so that nothing new leaves by accident. */
export const showUser = (user: User): z.output<typeof userSchema> => ({
  id: user.id,
  name: user.name,
  surname: user.surname,
  email: user.email ?? null,
  is_admin: user.isAdmin,
  is_active: user.isActive,
  created_at: user.createdAt.toISOString(),
  updated_at: user.updatedAt.toISOString(),
})
