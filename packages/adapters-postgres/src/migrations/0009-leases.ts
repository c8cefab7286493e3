import type { Migration } from './migration.ts'

/** Unlogged: after a crash of the server nobody holds anything. */
export const leases: Migration = {
  name: '0009-leases',
  up: (transaction) =>
    transaction.raw(`
      create unlogged table leases (
        name text primary key,
        holder text not null,
        ends_at timestamptz(3) not null,
        is_wanted boolean not null default false
      );
    `),
}
