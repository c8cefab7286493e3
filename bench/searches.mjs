// node bench/searches.mjs [rows]: lists and searches of one owner by hand, through the repository alone. Build first.
import path from 'node:path'
import {
  connectDatabase,
  migrateDatabase,
  postgresRepositories,
} from '../packages/adapters-postgres/dist/index.js'
import { parseSearch } from '../packages/core/dist/index.js'
import { atEnd, cleanUp } from './lib/clean-up.mjs'
import { median } from './lib/interleave.mjs'
import { fillAudio } from './lib/many-rows.mjs'
import { startPostgres, withClient } from './lib/postgres.mjs'
import { scratchFolder } from './lib/scratch.mjs'

const rows = Number(process.argv[2] ?? 1_000_000)
const ownerId = '01970000-0000-7000-8000-000000000001'
const email = 'owner@example.org'
const repeats = 9

// Every row is a "Recording" number n of "Artist" n % 1000, made "along the river".
const searches = [
  'river',
  'o',
  're',
  'recording',
  'artist 77',
  `recording-${rows}`,
  'river 999',
  'absent',
  'ж',
  "'",
]
const orders = [
  { by: 'relevance' },
  ...['created', 'title', 'duration', 'size'].map((by) => ({ by, direction: 'descending' })),
]

try {
  const postgres = await startPostgres(path.join(scratchFolder(), 'postgres'))
  const url = await postgres.newDatabase('searches')
  const database = connectDatabase({ address: url })
  atEnd(() => database.close())
  await migrateDatabase(database)
  await withClient(url, (client) =>
    client.query(
      `insert into users (id, name, surname, email, email_key, is_admin, is_active, created_at, updated_at)
       values ($1, 'Ann', 'Lee', $2, $2, false, true, now(), now())`,
      [ownerId, email],
    ),
  )
  await fillAudio(url, { email, rows })
  const table = []
  for (const text of [undefined, ...searches]) {
    const search = text === undefined ? undefined : parseSearch(text)
    const measured = { q: text ?? '(none)' }
    for (const order of orders) measured[order.by] = await milliseconds(database, { search, order })
    table.push(measured)
  }
  console.log(`median milliseconds for a page of 50 of ${rows} rows`)
  console.table(table)
} finally {
  await cleanUp()
}

async function milliseconds(database, filter) {
  const times = []
  for (let round = 0; round < repeats; round++) {
    // One that remembers no page.
    const { audio } = postgresRepositories(database)
    const began = performance.now()
    await audio.list(ownerId, { limit: 50, after: undefined }, filter)
    times.push(performance.now() - began)
  }
  return Number(median(times).toFixed(1))
}
