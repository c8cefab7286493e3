import { register, account, signIn } from '../lib/app.mjs'
import { interleave, median } from '../lib/interleave.mjs'
import { listPages, pageSize } from '../lib/list-pages.mjs'
import { fillAudio } from '../lib/many-rows.mjs'
import { origin } from '../lib/origin.mjs'
import { withClient } from '../lib/postgres.mjs'
import { ratioRow, row, shown } from '../lib/rows.mjs'
import { load } from '../lib/wrk.mjs'

const unit = 'requests/s'

/** P9: pages of 50, the first ones and the last ones of a million rows, beside PostgreSQL itself where pages go by offset. */
export async function lists({ postgres, startApp, folderOf, quick, rounds, seconds }) {
  const count = quick ? 50_000 : 1_000_000
  const databaseUrl = await postgres.newDatabase('lists')
  const app = await startApp({ databaseUrl, variables: { AUDIO_STORAGE_PATH: folderOf('no-audio') } })
  await register(app)
  const token = await signIn(app)
  await fillAudio(databaseUrl, { email: account.email, rows: count })
  const { url } = app
  const pages = await listPages(databaseUrl, { folder: folderOf('lists'), url, token })
  const rate = (pathsFile) => async () =>
    (await load(`${url}/v1/audio/?limit=${pageSize}`, { token, seconds, pathsFile })).perSecond
  const figures = await interleave(
    {
      same: rate(undefined),
      first: rate(pages.first),
      last: rate(pages.last),
      byOffset: () => pagesByOffset(databaseUrl, count - pageSize),
    },
    rounds,
  )
  await app.stop()
  return rowsOf(figures, count)
}

function rowsOf({ same, first, last, byOffset }, count) {
  const id = 'P9'
  const perSecond = median(same)
  const many = count.toLocaleString('en')
  return [
    row({
      id,
      what: `list of ${pageSize} in which nothing changed, of what the origin did with one row`,
      ours: `${shown(perSecond)} ${unit}`,
      beside: `${origin.mePerSecond} ${unit}`,
      figure: perSecond / origin.mePerSecond,
      goal: 10,
      details: { same },
    }),
    ratioRow({
      id,
      what: `last 500 pages of ${many} rows, of PostgreSQL alone by offset`,
      ours: last,
      beside: byOffset,
      unit,
      digits: 0,
      // What an offset costs grows with it.
      goal: count / 10_000,
    }),
    ratioRow({
      id,
      what: `last 500 pages of ${many} rows, of the first 500`,
      ours: last,
      beside: first,
      unit,
      goal: 0.8,
    }),
  ]
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
