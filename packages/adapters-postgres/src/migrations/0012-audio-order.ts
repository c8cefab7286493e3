import { titleKey, type AudioId } from '@audiohost/core'
import type { Knex } from 'knex'
import type { Migration } from './migration.ts'

const column = `
      alter table audio add column title_key text collate "C";
      comment on column audio.title_key is 'by what titles are ordered; made by the application';
`

const triggerAndIndexes = `
      create function complete_audio_row() returns trigger language plpgsql as $$
      begin
        if new.status = 'deleting' then new.title_key := null;
        elsif new.status = 'ready' and new.title_key is null then new.title_key := lower(new.title);
        end if;
        return new;
      end $$;
      create trigger audio_is_complete before insert or update of status on audio
        for each row execute function complete_audio_row();

      create index audio_by_title on audio (owner_id, title_key, id) where status = 'ready';
      create index audio_by_duration on audio (owner_id, duration_seconds, id) where status = 'ready';
      create index audio_by_size on audio (owner_id, size_bytes, id) where status = 'ready';
      create index audio_of_type on audio (owner_id, content_type, created_at, id) where status = 'ready';
      create index audio_of_type_by_title on audio (owner_id, content_type, title_key, id) where status = 'ready';
      create index audio_of_type_by_duration on audio (owner_id, content_type, duration_seconds, id)
        where status = 'ready';
      create index audio_of_type_by_size on audio (owner_id, content_type, size_bytes, id) where status = 'ready';
`

/**
 * One index for each order, without and with a content type. The trigger stands in for nodes of an older release that still
 * run: audio of theirs has a simpler key, and their tombstones keep nothing either.
 */
export const audioOrder: Migration = {
  name: '0012-audio-order',
  up: async (transaction) => {
    await transaction.raw(column)
    await fillTitleKeys(transaction)
    await transaction.raw(triggerAndIndexes)
  },
}

const batch = 5000

async function fillTitleKeys(transaction: Knex, after?: AudioId): Promise<void> {
  const { rows } = await transaction.raw<{ rows: { id: AudioId; title: string }[] }>(
    `select id, title from audio where status = 'ready' and (:after::uuid is null or id > :after) order by id limit :batch`,
    { after: after ?? null, batch },
  )
  await transaction.raw(
    `update audio set title_key = filled.key
       from unnest(:ids::uuid[], :keys::text[]) as filled (id, key) where audio.id = filled.id`,
    { ids: rows.map(({ id }) => id), keys: rows.map(({ title }) => titleKey(title)) },
  )
  if (rows.length === batch) await fillTitleKeys(transaction, rows.at(-1)?.id)
}
