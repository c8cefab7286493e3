import type { Migration } from './migration.ts'

const statements = `
      alter table users
        add column quota_bytes bigint constraint users_quota_bytes_not_negative check (quota_bytes >= 0),
        add column quota_files integer constraint users_quota_files_not_negative check (quota_files >= 0);

      create table storage_usage (
        user_id uuid primary key references users on delete cascade,
        used_bytes bigint not null default 0,
        used_files bigint not null default 0,
        reserved_bytes bigint not null default 0,
        reserved_files bigint not null default 0
      );

      create function open_storage_usage() returns trigger language plpgsql as $$
      begin
        insert into storage_usage (user_id) values (new.id);
        return null;
      end $$;
      create trigger users_have_usage after insert on users
        for each row execute function open_storage_usage();

      create function add_storage_usage(owner uuid, is_ready boolean, bytes bigint, files integer)
      returns void language sql as $$
        update storage_usage set
          used_bytes = used_bytes + case when is_ready then bytes else 0 end,
          used_files = used_files + case when is_ready then files else 0 end,
          reserved_bytes = reserved_bytes + case when is_ready then 0 else bytes end,
          reserved_files = reserved_files + case when is_ready then 0 else files end
        where user_id = owner
      $$;

      create function count_storage_usage() returns trigger language plpgsql as $$
      begin
        if tg_op <> 'INSERT' and old.owner_id is not null then
          perform add_storage_usage(old.owner_id, old.status = 'ready', -coalesce(old.size_bytes, 0), -1);
        end if;
        if tg_op <> 'DELETE' and new.owner_id is not null then
          perform add_storage_usage(new.owner_id, new.status = 'ready', coalesce(new.size_bytes, 0), 1);
        end if;
        return null;
      end $$;
      create trigger audio_counts after insert or delete or update of owner_id, status, size_bytes on audio
        for each row execute function count_storage_usage();

      insert into storage_usage (user_id, used_bytes, used_files, reserved_bytes, reserved_files)
        select users.id,
          coalesce(sum(size_bytes) filter (where status = 'ready'), 0),
          count(*) filter (where status = 'ready'),
          coalesce(sum(size_bytes) filter (where status = 'pending'), 0),
          count(*) filter (where status = 'pending')
        from users left join audio on audio.owner_id = users.id
        group by users.id;
`

/**
 * What each user keeps is counted by a trigger, so that no statement on `audio` can forget it, an older node's included.
 * `size_bytes` of a pending row is what is reserved for it. The function counts any table with `owner_id`,
 * `status` and `size_bytes`.
 */
export const storageUsage: Migration = {
  name: '0007-storage-usage',
  up: (transaction) => transaction.raw(statements),
}
