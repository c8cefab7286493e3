import type { Migration } from './migration.ts'

/**
 * The columns are those of rate-limiter-flexible, in its order; `expire` is in milliseconds since 1970.
 * Unlogged: an attempt costs no flush to disk, and after a crash of the server the counts begin anew.
 */
export const rateLimits: Migration = {
  name: '0006-rate-limits',
  up: (transaction) =>
    transaction.raw(`
      create unlogged table rate_limits (
        key text primary key,
        points integer not null default 0,
        expire bigint
      );
      create index rate_limits_expiry on rate_limits (expire);
    `),
}
