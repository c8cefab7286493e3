import type { Migration } from './migration.ts'

const statements = `
      alter table audio
        add column bit_depth integer,
        add column lossless boolean,
        add column tagged_facts jsonb,
        add column chapters jsonb;
      comment on column audio.tagged_facts is 'ReplayGain, R128 gains and MusicBrainz ids';

      create function clear_deleted_audio_facts() returns trigger language plpgsql as $$
      begin
        new.tagged_facts := null;
        new.chapters := null;
        return new;
      end $$;
      create trigger audio_facts_are_cleared before update of status on audio
        for each row when (new.status = 'deleting') execute function clear_deleted_audio_facts();
`

/**
 * The trigger acts for nodes of an older release, which do not clear the new columns of audio that they
 * delete.
 */
export const audioFacts: Migration = {
  name: '0019-audio-facts',
  up: (transaction) => transaction.raw(statements),
}
