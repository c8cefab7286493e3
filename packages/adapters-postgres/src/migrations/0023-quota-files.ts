import type { Migration } from './migration.ts'

/**
 * A limit of files may be as large as a limit of bytes. Nodes of an older release read and write the wider
 * column as before.
 */
export const quotaFiles: Migration = {
  name: '0023-quota-files',
  up: (transaction) => transaction.raw('alter table users alter column quota_files type bigint'),
}
