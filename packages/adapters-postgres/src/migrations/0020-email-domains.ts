import { emailKey, parseEmailAddress, type EmailKey, type UserId } from '@audiohost/core'
import type { Knex } from 'knex'
import type { Migration } from './migration.ts'

/**
 * Domains of addresses are compared in their ASCII form. If two accounts have one mailbox, the first account
 * that is stored in this form gets the new key, and the others retain their old keys: each of them signs in
 * with the address as it was registered.
 */
export const emailDomains: Migration = {
  name: '0020-email-domains',
  up: (transaction) => renewKeys(transaction),
}

const batch = 5000

interface AddressRow {
  readonly id: UserId
  readonly email: string
  readonly email_key: EmailKey
}

async function renewKeys(transaction: Knex, after?: UserId): Promise<void> {
  // An ASCII key is in its common form already.
  const { rows } = await transaction.raw<{ rows: AddressRow[] }>(
    `select id, email, email_key from users
       where octet_length(email_key) > char_length(email_key) and (:after::uuid is null or id > :after)
       order by id limit :batch`,
    { after: after ?? null, batch },
  )
  const renewed = rows.flatMap(({ id, email, email_key: before }) => {
    const address = parseEmailAddress(email)
    const key = address && emailKey(address)
    return key === undefined || key === before ? [] : [{ id, key }]
  })
  // Ids are in the order of registration.
  await transaction.raw(
    `update users set email_key = renewed.key
       from (select distinct on (key) id, key from unnest(:ids::uuid[], :keys::text[]) as given (id, key) order by key, id) renewed
       where users.id = renewed.id and not exists (select from users other where other.email_key = renewed.key)`,
    { ids: renewed.map(({ id }) => id), keys: renewed.map(({ key }) => key) },
  )
  if (rows.length === batch) await renewKeys(transaction, rows.at(-1)?.id)
}
