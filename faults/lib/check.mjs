import { readdirSync, utimesSync } from 'node:fs'
import path from 'node:path'
import { withClient } from '../../bench/lib/postgres.mjs'

/** Lists and reads what every user has, while nothing is under way. */
export async function checkAcknowledged(users, { readsEach, random }) {
  for (const { client, ledger } of users) {
    const stored = ledger.compare(await client.list())
    for (const sound of sample(stored, readsEach, random)) {
      const read = await client.read(sound.id)
      if (read.status !== 200) ledger.lost(sound, `it answered ${read.status}`)
      else ledger.wasRead(sound, read)
    }
  }
}

/** The newest half as they are, for they saw the kill, and others at random. */
function sample(sounds, count, random) {
  if (sounds.length <= count) return sounds
  const newest = sounds.slice(-Math.ceil(count / 2))
  const older = sounds.slice(0, sounds.length - newest.length)
  return [...newest, ...Array.from({ length: count - newest.length }, () => random.oneOf(older))]
}

/** What is on the disk and in the database besides whole audio: files nobody refers to, rows that are not ready. */
export async function leftOver(databaseUrl, audioFolder) {
  const rows = await withClient(databaseUrl, async (client) => {
    const result = await client.query('select id, status from audio')
    return result.rows
  })
  const ready = new Set(rows.filter(({ status }) => status === 'ready').map(({ id }) => id))
  const files = filesIn(audioFolder)
  return [
    ...files.filter((name) => !ready.has(name)).map((name) => `file ${name}`),
    ...rows.filter(({ status }) => status !== 'ready').map(({ id, status }) => `row ${id}, ${status}`),
  ]
}

/** As half a minute does: whoever held a key and died holds it no more. */
export async function endAttempts(databaseUrl) {
  await withClient(databaseUrl, (client) =>
    client.query(`update idempotency_records set expires_at = 'epoch' where answer is null`),
  )
}

/**
 * Puts what is not ready a day back, for no sweep touches what may still be under way, and the database further, for it
 * keeps contents that are older than that.
 */
export async function ageLeftovers(databaseUrl, audioFolder) {
  const dayBefore = new Date(Date.now() - 24 * 3600 * 1000)
  const weekBefore = new Date(Date.now() - 7 * 24 * 3600 * 1000)
  await withClient(databaseUrl, (client) =>
    Promise.all([
      client.query(`update audio set created_at = $1, updated_at = $1 where status <> 'ready'`, [dayBefore]),
      client.query('update uploads set expires_at = $1', [dayBefore]),
      client.query('update schema_migrations set migration_time = $1', [weekBefore]),
    ]),
  )
  for (const { parentPath, name } of entriesIn(audioFolder)) {
    ifStillThere(() => utimesSync(path.join(parentPath, name), dayBefore, dayBefore))
  }
}

/** The app itself may be removing what a failed upload left. */
function ifStillThere(act) {
  try {
    act()
  } catch (error) {
    if (error.code !== 'ENOENT') throw error
  }
}

const filesIn = (folder) => entriesIn(folder).map(({ name }) => name)

const entriesIn = (folder) =>
  readdirSync(folder, { recursive: true, withFileTypes: true }).filter(
    (entry) => entry.isFile() && entry.name !== '.audiohost-store',
  )
