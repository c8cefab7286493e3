import type { Migration } from './migration.ts'

/**
 * The last generation that was confirmed, and when. Two columns, so that a generation that a node of an older
 * release moves to counts as not confirmed. Existing sessions retain their rule: their grace period started
 * at the refresh.
 */
export const sessionConfirmation: Migration = {
  name: '0016-session-confirmation',
  up: (transaction) =>
    transaction.raw(`
      alter table sessions
        add column confirmed_generation integer,
        add column confirmed_at timestamptz(3);
      update sessions set confirmed_generation = generation, confirmed_at = refreshed_at;
    `),
}
