import type { Migration } from './migration.ts'

export const externalIdentities: Migration = {
  name: '0004-external-identities',
  up: (transaction) =>
    transaction.raw(`
      create table external_identities (
        provider text not null,
        subject text not null,
        user_id uuid not null constraint external_identities_user references users on delete cascade,
        created_at timestamptz(3) not null,
        constraint external_identities_unique primary key (provider, subject)
      );
      create index external_identities_of_user on external_identities (user_id);
    `),
}
