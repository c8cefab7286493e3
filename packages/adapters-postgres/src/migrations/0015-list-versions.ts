import type { Migration } from './migration.ts'

const statements = `
      lock table audio in share row exclusive mode;
      alter table storage_usage add column list_version uuid not null default gen_random_uuid();

      create function renew_list_versions() returns trigger language plpgsql as $$
      begin
        update storage_usage set list_version = gen_random_uuid()
          where user_id in (select owner_id from changed where status = 'ready');
        return null;
      end $$;
      create trigger audio_renews_lists_it_comes_to after insert on audio
        referencing new table as changed for each statement execute function renew_list_versions();
      create trigger audio_renews_lists_it_leaves after delete on audio
        referencing old table as changed for each statement execute function renew_list_versions();
      create trigger audio_renews_lists_it_was_in after update on audio
        referencing old table as changed for each statement execute function renew_list_versions();
      create trigger audio_renews_lists_it_is_in after update on audio
        referencing new table as changed for each statement execute function renew_list_versions();

      create function renew_all_list_versions() returns trigger language plpgsql as $$
      begin
        update storage_usage set list_version = gen_random_uuid();
        return null;
      end $$;
      create trigger audio_renews_lists_it_is_cut_from after truncate on audio
        for each statement execute function renew_all_list_versions();
`

/**
 * While the version of a user's list is the same, so is the list, whatever is asked of it. By triggers, so that no statement on `audio` can forget
 * it, an older node's or one by hand included; of statements and not of rows, for one that changes ten thousand rows would write the owner's
 * counters as often. Older nodes lock `audio` first too.
 */
export const listVersions: Migration = {
  name: '0015-list-versions',
  up: (transaction) => transaction.raw(statements),
}
