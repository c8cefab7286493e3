import type { Migration } from './migration.ts'

export const users: Migration = {
  name: '0001-users',
  up: (transaction) =>
    transaction.raw(`
      create table users (
        id uuid primary key,
        name text not null,
        surname text not null,
        email text,
        email_key text constraint users_email_key_unique unique,
        password_hash text,
        is_admin boolean not null,
        is_active boolean not null,
        created_at timestamptz(3) not null,
        updated_at timestamptz(3) not null,
        constraint users_email_has_key check ((email is null) = (email_key is null))
      );
      comment on column users.email_key is 'the form in which addresses are compared; made by the application';
      create index users_newest_first on users (created_at desc, id desc);
      create index users_active_admins on users (id) where is_admin and is_active;
    `),
}
