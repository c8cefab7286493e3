import type { Migration } from './migration.ts'

/**
 * An upload in parts holds its room by the pending audio of the same id; when it is finished, that row gets the id of its
 * content, and `audio_id` follows. A part is a content that no audio shows yet.
 * Metadata comes back as it came, which jsonb would neither keep in order nor, with a NUL in it, at all.
 */
export const uploads: Migration = {
  name: '0008-uploads',
  up: (transaction) =>
    transaction.raw(`
      create table uploads (
        id uuid primary key,
        audio_id uuid not null unique constraint uploads_audio references audio on update cascade on delete cascade,
        owner_id uuid not null constraint uploads_owner references users on delete cascade,
        is_finished boolean not null default false,
        length_bytes bigint constraint uploads_length_positive check (length_bytes > 0),
        offset_bytes bigint not null default 0,
        file_name text,
        title text,
        description text,
        metadata json not null,
        expected_sha256 text[] not null,
        created_at timestamptz(3) not null,
        expires_at timestamptz(3) not null,
        constraint uploads_offset_within_length check (offset_bytes >= 0 and offset_bytes <= length_bytes)
      );
      create index uploads_of_owner on uploads (owner_id);
      create index uploads_expiry on uploads (expires_at);

      create table upload_parts (
        id uuid primary key,
        upload_id uuid not null constraint upload_parts_upload references uploads on delete cascade,
        offset_bytes bigint not null,
        size_bytes bigint not null constraint upload_parts_size_positive check (size_bytes > 0),
        sha256 text not null,
        constraint upload_parts_one_after_another unique (upload_id, offset_bytes)
      );
    `),
}
