import type { Migration } from './migration.ts'

const statements = `
      alter table storage_usage add column list_version uuid not null default gen_random_uuid();

      create function renew_list_version() returns trigger language plpgsql as $$
      begin
        if old.status = 'ready' or new.status = 'ready' then
          update storage_usage set list_version = gen_random_uuid() where user_id in (old.owner_id, new.owner_id);
        end if;
        return null;
      end $$;
      create trigger audio_renews_lists after insert or delete or update on audio
        for each row execute function renew_list_version();
`

/**
 * While the version of a user's list is the same, so is the list, whatever is asked of it. By a trigger, so that no statement on `audio` can forget
 * it, an older node's or one by hand included; at random, so that a server that takes over without the last transactions of the one before never
 * gives a version again.
 */
export const listVersions: Migration = {
  name: '0015-list-versions',
  up: (transaction) => transaction.raw(statements),
}
