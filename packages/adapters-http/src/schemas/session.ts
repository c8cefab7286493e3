import { endOf, type IssuedTokens, type Session, type SessionId } from '@audiohost/core'
import { z } from 'zod'
import { id, time } from './fields.ts'

export const sessionSchema = z
  .object({
    id,
    created_at: time,
    refreshed_at: time,
    expires_at: time.meta({ description: 'The session ends then unless it is refreshed before' }),
    user_agent: z.string().nullable(),
    is_current: z.boolean().meta({ description: 'The session of this very request' }),
  })
  .meta({ id: 'Session' })

export const showSession = (session: Session, current: SessionId): z.output<typeof sessionSchema> => ({
  id: session.id,
  created_at: session.createdAt.toISOString(),
  refreshed_at: session.refreshedAt.toISOString(),
  expires_at: endOf(session).toISOString(),
  user_agent: session.userAgent ?? null,
  is_current: session.id === current,
})

/** RFC 6749 section 5.1. */
export const tokenResponseSchema = z
  .object({
    access_token: z.string(),
    token_type: z.literal('Bearer'),
    expires_in: z.int().meta({ description: 'Life of the access token in seconds' }),
    refresh_token: z.string(),
  })
  .meta({ id: 'TokenResponse' })

export const showTokens = (tokens: IssuedTokens): z.output<typeof tokenResponseSchema> => ({
  access_token: tokens.accessToken,
  token_type: 'Bearer',
  expires_in: tokens.accessTtlSeconds,
  refresh_token: tokens.refreshToken,
})
