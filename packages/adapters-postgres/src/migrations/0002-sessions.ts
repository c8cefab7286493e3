import type { Migration } from './migration.ts'

export const sessions: Migration = {
  name: '0002-sessions',
  up: (transaction) =>
    transaction.raw(`
      create table sessions (
        id uuid primary key,
        user_id uuid not null constraint sessions_user references users on delete cascade,
        generation integer not null,
        created_at timestamptz(3) not null,
        refreshed_at timestamptz(3) not null,
        idle_expires_at timestamptz(3) not null,
        expires_at timestamptz(3) not null,
        ended_at timestamptz(3),
        user_agent text,
        constraint sessions_generation_counts_from_1 check (generation >= 1)
      );
      create index sessions_of_user on sessions (user_id, created_at desc, id desc);
    `),
}
