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
  const second = await pageBehind(first, token, 0)
  const last = await pageBehind(first, token, count - 2 * pageSize)
  const rate = (url) => async () => (await load(url, { token, seconds })).perSecond
  const figures = await interleave(
    {
      first: rate(first),
      second: rate(second),
      last: rate(last),
      byOffset: () => pagesByOffset(databaseUrl, count - pageSize),
    },
    rounds,
  )
  await app.stop()
  return rowsOf(figures, count)
}

function rowsOf({ first, second, last, byOffset }, count) {
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
      what: `last page of ${many} rows, of the second`,
      ours: last,
      beside: second,
      unit,
      goal: 0.8,
    }),
  ]
}

/** The page behind so many and fifty more, by way of a filter: nobody walks there page by page. */
async function pageBehind(firstPage, token, skipped) {
  const page = async (url) => {
    const reply = await fetch(url, { headers: { Authorization: `Bearer ${token}` } })
    if (!reply.ok) throw new Error(`${url} answered ${reply.status}`)
    return reply.json()
  }
  const newest = (await page(firstPage)).items[0].created_at
  const filtered = `${firstPage}&created_to=${new Date(Date.parse(newest) - skipped * 1000).toISOString()}`
  const behind = `${filtered}&cursor=${(await page(filtered)).next_cursor}`
  if ((await page(behind)).items.length !== pageSize) throw new Error('This is no full page')
  return behind
}

/** How many a second two clients get of the page behind so many rows. */
async function pagesByOffset(databaseUrl, offset) {
  const began = performance.now()
  const ask = () =>
    withClient(databaseUrl, (client) =>
      client.query(
        `select * from audio order by created_at desc, id desc limit ${pageSize} offset ${offset}`,
      ),
    )
  await Promise.all([ask(), ask()])
  return 2 / ((performance.now() - began) / 1000)
}
