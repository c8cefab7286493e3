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
  const last = await lastPage(first, token, count)
  const rate = (url) => async () => (await load(url, { token, seconds })).perSecond
  const figures = await interleave(
    { first: rate(first), last: rate(last), byOffset: () => pagesByOffset(databaseUrl, count - pageSize) },
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

/** By way of a filter that leaves two pages: nobody walks through all of them. */
async function lastPage(firstPage, token, count) {
  const items = async (url) => {
    const reply = await fetch(url, { headers: { Authorization: `Bearer ${token}` } })
    if (!reply.ok) throw new Error(`${url} answered ${reply.status}`)
    return reply.json()
  }
  const newest = (await items(firstPage)).items[0].created_at
  const borderMs = Date.parse(newest) - (count - 2 * pageSize) * 1000
  const lastButOne = `${firstPage}&created_to=${new Date(borderMs).toISOString()}`
  const last = `${lastButOne}&cursor=${(await items(lastButOne)).next_cursor}`
  const page = await items(last)
  if (page.items.length !== pageSize || page.next_cursor !== null)
    throw new Error('This is not the last page')
  return last
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
