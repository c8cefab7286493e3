import type { Migration } from './migration.ts'

/** The expression of the first index gives those never checked a place in the order; a null has none in a comparison of rows. */
export const contentChecks: Migration = {
  name: '0011-content-checks',
  up: (transaction) =>
    transaction.raw(`
      alter table audio
        add column damage text constraint audio_damage_known check (damage in ('missing', 'short', 'corrupt')),
        add column verified_at timestamptz(3);
      create index audio_longest_unverified
        on audio ((coalesce(verified_at, '-infinity'::timestamptz)), id) where status = 'ready';
      create index audio_damaged on audio (id) where damage is not null;
    `),
}
