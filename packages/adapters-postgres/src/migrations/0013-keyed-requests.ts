import type { Migration } from './migration.ts'

/**
 * The request that an audio was made for, where it came with an `Idempotency-Key`, and likewise the one that an upload in parts was
 * begun for. The trigger makes tombstones of nodes of an older release forget it, too.
 */
export const keyedRequests: Migration = {
  name: '0013-keyed-requests',
  up: (transaction) =>
    transaction.raw(`
      alter table audio add column made_for text;
      comment on column audio.made_for is 'the keyed request; the id of its idempotency record';

      alter table uploads add column begun_for text;
      comment on column uploads.begun_for is 'the keyed request; the id of its idempotency record';
      create unique index uploads_begun_once on uploads (begun_for) where begun_for is not null;

      create function forget_request_of_tombstone() returns trigger language plpgsql as $$
      begin
        new.made_for := null;
        return new;
      end $$;
      create trigger audio_tombstone_forgets_request before update of status on audio
        for each row when (new.status = 'deleting') execute function forget_request_of_tombstone();
    `),
}
