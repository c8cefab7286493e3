import { withClient } from './postgres.mjs'

/**
 * Gives the user so many rows of audio, one a second back from now, without the bytes. Triggers and indexes are away
 * meanwhile; what the triggers would have counted and renewed is so at the end.
 */
export const fillAudio = (databaseUrl, { email, rows }) =>
  withClient(databaseUrl, async (client) => {
    const { rows: indexes } = await client.query(secondaryIndexes)
    await client.query('begin')
    await client.query('set local session_replication_role = replica')
    for (const { name } of indexes) await client.query(`drop index ${name}`)
    await client.query(insertion, [email, rows])
    for (const { definition } of indexes) await client.query(definition)
    await client.query(recount)
    await client.query('commit')
    await client.query('vacuum analyze audio')
  })

const secondaryIndexes = `
  select indexname as name, indexdef as definition from pg_indexes
    where tablename = 'audio' and indexname not in (select conname from pg_constraint)`

const insertion = `
  insert into audio (id, status, owner_id, title, title_key, search_text, description, file_name, size_bytes, sha256, content_type,
      codec, duration_seconds, bitrate, sample_rate, channels, tags, has_cover, created_at, updated_at)
    select overlay(overlay(md5(n::text) placing '7' from 13) placing '8' from 17)::uuid, 'ready', users.id,
      'Recording ' || n, 'recording ' || n,
      concat_ws(E'\\n', 'recording ' || n, 'recording-' || n || '.mp3', 'artist ' || n % 1000, 'of a walk along the river'),
      'Of a walk along the river', 'recording-' || n || '.mp3', 4000000 + n,
      md5(n::text) || md5('and ' || n), 'audio/mpeg', 'MPEG 1 Layer 3', 180 + n % 600, 192000, 44100, 2,
      jsonb_build_object('artist', 'Artist ' || n % 1000), false, at, at
    from users, generate_series(1, $2::integer) as n, lateral (select now() - n * interval '1 second' as at)
    where email_key = $1`

const recount = `
  update storage_usage set used_bytes = bytes, used_files = files, list_version = gen_random_uuid()
    from (select owner_id, sum(size_bytes) as bytes, count(*) as files from audio group by owner_id) as counted
    where user_id = owner_id`
