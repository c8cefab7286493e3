import type { Migration } from './migration.ts'

/** A limit of files goes as far as one of bytes. Nodes of an older release read and write the wider column as they did. */
export const quotaFiles: Migration = {
  name: '0023-quota-files',
  up: (transaction) => transaction.raw('alter table users alter column quota_files type bigint'),
}
