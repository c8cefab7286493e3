import type { Migration } from './migration.ts'

/** A tombstone (`deleting`) is nothing but an id whose bytes may still be there: it outlives its owner. */
export const audio: Migration = {
  name: '0003-audio',
  up: (transaction) =>
    transaction.raw(`
      create table audio (
        id uuid primary key,
        status text not null,
        owner_id uuid constraint audio_owner references users,
        title text,
        description text,
        file_name text,
        size_bytes bigint,
        sha256 text,
        content_type text,
        codec text,
        duration_seconds double precision,
        bitrate double precision,
        sample_rate double precision,
        channels integer,
        tags jsonb,
        has_cover boolean,
        created_at timestamptz(3) not null,
        updated_at timestamptz(3),
        constraint audio_status_known check (status in ('pending', 'ready', 'deleting')),
        constraint audio_tombstone_has_no_owner check ((status = 'deleting') = (owner_id is null)),
        constraint audio_size_not_negative check (size_bytes >= 0),
        constraint audio_ready_is_complete check (status <> 'ready' or num_nulls(
          title, description, file_name, size_bytes, sha256, content_type, tags, has_cover, updated_at) = 0)
      );
      create index audio_of_owner on audio (owner_id, created_at desc, id desc);
      create index audio_unready on audio (id) where status <> 'ready';
    `),
}
