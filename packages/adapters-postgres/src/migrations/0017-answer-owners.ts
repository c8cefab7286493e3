import type { Migration } from './migration.ts'

/**
 * The session that an answer opens or continues; `user_id` is set for clients that were not signed in, too.
 */
export const answerOwners: Migration = {
  name: '0017-answer-owners',
  up: (transaction) =>
    transaction.raw(`
      alter table idempotency_records
        add column session_id uuid constraint idempotency_records_session references sessions on delete cascade;
      create index idempotency_records_of_session on idempotency_records (session_id);
    `),
}
