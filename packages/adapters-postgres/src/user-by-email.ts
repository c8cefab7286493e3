import { emailKeys, type EmailAddress } from '@audiohost/core'
import type { Knex } from 'knex'

/**
 * Selects the account with this address. An account that is stored under the address as written comes first
 * (migration 0020).
 */
export function whereEmail(query: Knex.QueryBuilder, email: EmailAddress): void {
  const keys = emailKeys(email)
  query.whereIn('users.email_key', [...keys])
  if (keys.length > 1) query.orderByRaw('users.email_key = ? desc', [keys[0]])
}
