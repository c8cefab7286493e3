import type { Migration } from './migration.ts'

export const pendingLogins: Migration = {
  name: '0005-pending-logins',
  up: (transaction) =>
    transaction.raw(`
      create table pending_logins (
        state_hash text primary key,
        browser_key_hash text not null,
        provider text not null,
        code_verifier text not null,
        return_to text not null,
        expires_at timestamptz(3) not null
      );
      create index pending_logins_expiry on pending_logins (expires_at);
    `),
}
