import { searchText, type AudioId } from '@audiohost/core'
import type { Knex } from 'knex'
import type { Migration } from './migration.ts'

const column = `
      alter table audio add column search_text text collate "C";
      comment on column audio.search_text is 'what searches look through; made by the application';
`

/** Those of the domain, fixed here as they are in the index. Knex would take a question mark for a binding. */
const separators = `'()[]{}<>"''-_.,:;!&/\\|+*#=~' || chr(63)`

const functionsAndIndex = `
      create or replace function complete_audio_row() returns trigger language plpgsql as $$
      begin
        if new.status = 'deleting' then
          new.title_key := null;
          new.search_text := null;
        elsif new.status = 'ready' then
          new.title_key := coalesce(new.title_key, lower(new.title));
          new.search_text := coalesce(new.search_text, left(lower(new.title || E'\\n' || new.file_name || E'\\n' ||
            (select coalesce(string_agg(value, E'\\n'), '') from jsonb_each_text(new.tags)) || E'\\n' || new.description), 10000));
        end if;
        return new;
      end $$;

      create function audio_search_tokens(owner_id uuid, title_key text, search_text text) returns tsvector
      language sql immutable parallel safe cost 1000 as $$
        select array_to_tsvector(array_remove(
          array(
            select split_part(concat(c, lead(c) over place, lead(c, 2) over place), ' ', 1)
              from unnest(string_to_array(translate(search_text, E'\\n', ' '), null)) with ordinality as flat (c, at)
              window place as (order by at))
          || string_to_array(replace(' ' || translate(title_key, ${separators}, repeat(' ', 32)), ' ', ' ^'), ' ')
          || ('@' || owner_id), ''))
      $$;
      create index audio_search on audio using gin (audio_search_tokens(owner_id, title_key, search_text))
        with (fastupdate = off) where status = 'ready';
`

/**
 * The tokens of one audio: its owner (`@...`), the words of its title (`^...`), and of every place in its search text the up to
 * three characters that follow in the same word. Any search of three characters or more is found by its trigrams, a shorter one
 * by what begins with it. The text is taken apart once: `substr` would walk from its start to each place. PostgreSQL's own trigrams (pg_trgm) know no letter beyond ASCII where the locale is C, which is so in the
 * embedded server, and an extension is not everywhere to be had.
 * The trigger now completes the search text, too.
 */
export const audioSearch: Migration = {
  name: '0012-audio-search',
  up: async (transaction) => {
    await transaction.raw(column)
    await fillSearchTexts(transaction)
    await transaction.raw(functionsAndIndex)
  },
}

const batch = 5000

interface TextsRow {
  readonly id: AudioId
  readonly title: string
  readonly file_name: string
  readonly description: string
  readonly tags: Readonly<Record<string, string>>
}

async function fillSearchTexts(transaction: Knex, after?: AudioId): Promise<void> {
  const { rows } = await transaction.raw<{ rows: TextsRow[] }>(
    `select id, title, file_name, description, tags from audio
       where status = 'ready' and (:after::uuid is null or id > :after) order by id limit :batch`,
    { after: after ?? null, batch },
  )
  const texts = rows.map(({ file_name: fileName, tags, ...row }) =>
    searchText({ ...row, fileName, media: { tags } }),
  )
  await transaction.raw(
    `update audio set search_text = filled.text
       from unnest(:ids::uuid[], :texts::text[]) as filled (id, text) where audio.id = filled.id`,
    { ids: rows.map(({ id }) => id), texts },
  )
  if (rows.length === batch) await fillSearchTexts(transaction, rows.at(-1)?.id)
}
