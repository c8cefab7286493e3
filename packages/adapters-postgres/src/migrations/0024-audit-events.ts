import type { Migration } from './migration.ts'

/**
 * No foreign keys: events outlive the accounts and sessions that they name. The trigger refuses every change
 * except the removal by retention, which sets a setting for its own transaction.
 */
export const auditEvents: Migration = {
  name: '0024-audit-events',
  up: (transaction) =>
    transaction.raw(`
      create table audit_events (
        id uuid primary key,
        created_at timestamptz(3) not null,
        event text not null,
        actor_id uuid,
        subject_id uuid,
        session_id uuid,
        address text,
        details jsonb not null
      );
      create index audit_events_by_time on audit_events (created_at desc, id desc);
      create index audit_events_of_event on audit_events (event, created_at desc, id desc);
      create index audit_events_of_actor on audit_events (actor_id, created_at desc, id desc);
      create index audit_events_of_subject on audit_events (subject_id, created_at desc, id desc);

      create function refuse_audit_changes() returns trigger language plpgsql as $$
      begin
        if tg_op = 'DELETE' and current_setting('audiohost.audit_retention', true) = 'on' then
          return old;
        end if;
        raise exception 'audit_events is append-only: % is refused', tg_op using errcode = 'insufficient_privilege';
      end $$;
      create trigger audit_events_are_append_only before update or delete on audit_events
        for each row execute function refuse_audit_changes();
      create trigger audit_events_are_not_truncated before truncate on audit_events
        for each statement execute function refuse_audit_changes();
    `),
}
