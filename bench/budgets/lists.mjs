import { register, account, signIn } from '../lib/app.mjs'
import { interleave, median } from '../lib/interleave.mjs'
import { fillAudio } from '../lib/many-rows.mjs'
import { origin } from '../lib/origin.mjs'
import { withClient } from '../lib/postgres.mjs'
import { ratioRow, row, shown } from '../lib/rows.mjs'
import { load } from '../lib/wrk.mjs'

const pageSize = 50
const unit = 'requests/s'

/** P9: a page of 50, the first and the last of a million rows, beside PostgreSQL itself where pages go by offset. */
export async function lists({ postgres, startApp, folderOf, quick, rounds, seconds }) {
  const count = quick ? 100_000 : 1_000_000
  const databaseUrl = await postgres.newDatabase('lists')
  const app = await startApp({ databaseUrl, variables: { AUDIO_STORAGE_PATH: folderOf('no-audio') } })
  await register(app)
  const token = await signIn(app)
  await fillAudio(databaseUrl, { email: account.email, rows: count })
  const first = `${app.url}/v1/audio/?limit=${pageSize}`
  const last = `${first}&cursor=${await cursorBehind(databaseUrl, { first, token, skipped: count - pageSize })}`
  await requireFullPage(last, token)
  const rate = (url) => async () => (await load(url, { token, seconds })).perSecond
  const figures = await interleave(
    {
      first: rate(first),
      last: rate(last),
      byOffset: () => pagesByOffset(databaseUrl, count - pageSize),
    },
    rounds,
  )
  await app.stop()
  return rowsOf(figures, count)
}

function rowsOf({ first, last, byOffset }, count) {
  const id = 'P9'
  const perSecond = median(first)
  const many = count.toLocaleString('en')
  return [
    row({
      id,
      what: `list of ${pageSize}, of what the origin did with one row`,
      ours: `${shown(perSecond)} ${unit}`,
      beside: `${origin.mePerSecond} ${unit}`,
      figure: perSecond / origin.mePerSecond,
      goal: 10,
      details: { first },
    }),
    ratioRow({
      id,
      what: `last page of ${many} rows, of PostgreSQL alone by offset`,
      ours: last,
      beside: byOffset,
      unit,
      digits: 0,
      // What an offset costs grows with it.
      goal: count / 10_000,
    }),
    ratioRow({
      id,
      what: `last page of ${many} rows, of the first`,
      ours: last,
      beside: first,
      unit,
      goal: 0.8,
    }),
  ]
}

/** Where a client is that went through so many rows page by page: as the cursor of the first page, at another row. */
async function cursorBehind(databaseUrl, { first, token, skipped }) {
  const [row] = await withClient(databaseUrl, async (client) => {
    const statement = `select id, created_at from audio ${newestFirst} limit 1 offset ${skipped - 1}`
    return (await client.query(statement)).rows
  })
  const cursor = (await page(first, token)).next_cursor
  const [digest, section] = JSON.parse(Buffer.from(cursor, 'base64url').toString())
  const place = [digest, section, row.created_at.getTime(), row.id]
  return Buffer.from(JSON.stringify(place)).toString('base64url')
}

async function page(url, token) {
  const reply = await fetch(url, { headers: { Authorization: `Bearer ${token}` } })
  if (!reply.ok) throw new Error(`${url} answered ${reply.status}`)
  return reply.json()
}

async function requireFullPage(url, token) {
  const { items, next_cursor: next } = await page(url, token)
  if (items.length !== pageSize || next !== null) throw new Error('This is not the last page, or no full one')
}

/** How many a second two clients get of the page behind so many rows. */
const pagesByOffset = (databaseUrl, offset) =>
  withClient(databaseUrl, (one) =>
    withClient(databaseUrl, async (other) => {
      const statement = `select ${columns} from audio ${newestFirst} limit ${pageSize} offset ${offset}`
      const began = performance.now()
      await Promise.all([one.query(statement), other.query(statement)])
      return 2 / ((performance.now() - began) / 1000)
    }),
  )

const newestFirst = 'order by created_at desc, id desc'
/** What a list shows. */
const columns = `id, owner_id, title, description, file_name, content_type, size_bytes, sha256, duration_seconds, bitrate,
  sample_rate, channels, codec, tags, has_cover, damage, created_at, updated_at`
