import type { Migration } from './migration.ts'

/** `answer` is sealed; while it is null, an attempt runs, and `expires_at` is when that counts as dead. */
export const idempotency: Migration = {
  name: '0010-idempotency',
  up: (transaction) =>
    transaction.raw(`
      create table idempotency_records (
        id text primary key,
        holder text not null,
        user_id uuid constraint idempotency_records_user references users on delete cascade,
        answer bytea,
        expires_at timestamptz(3) not null
      );
      create index idempotency_records_of_user on idempotency_records (user_id);
      create index idempotency_records_expiry on idempotency_records (expires_at);
    `),
}
