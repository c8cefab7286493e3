import { interleave, median } from '../lib/interleave.mjs'
import { latenciesDuring } from '../lib/probe-latency.mjs'
import { ratioRow, row, shown } from '../lib/rows.mjs'
import { load } from '../lib/wrk.mjs'

const [few, many] = [20, 500]
const unit = 'requests/s'

/** P13: what is served to 500 connections beside 20, and how long a health check on a new connection takes meanwhile. */
export async function overload({ app, token, audio: { large }, rounds, seconds }) {
  const cases = {
    me: { path: '/v1/auth/me' },
    list: { path: '/v1/audio/?limit=50' },
    'range of 64 KiB': { path: large.path, ranges: { ofBytes: large.sizeBytes, bytes: 64 * 1024 } },
  }
  const rows = []
  for (const [what, { path, ranges }] of Object.entries(cases)) {
    const run = (connections) => () =>
      load(`${app.url}${path}`, { token, connections, ranges, seconds, mayRefuse: true })
    const crowded = async () => {
      const { result, latenciesMs } = await latenciesDuring(`${app.url}/livez`, run(many))
      return { ...result, latenciesMs }
    }
    rows.push(...rowsOf(what, await interleave({ calm: run(few), crowded }, rounds)))
  }
  return rows
}

function rowsOf(what, { calm, crowded }) {
  const goodput = (figures) => figures.map(({ servedPerSecond }) => servedPerSecond)
  const livezMs = crowded.flatMap(({ latenciesMs }) => latenciesMs).toSorted((one, other) => one - other)
  const slowMs = livezMs[Math.ceil(livezMs.length * 0.99) - 1]
  return [
    ratioRow({
      id: 'P13',
      what: `${what}, ${many} connections, of ${few} connections`,
      ours: goodput(crowded),
      beside: goodput(calm),
      unit,
      goal: 0.8,
      details: { calm, crowded: crowded.map(({ latenciesMs: _, ...figures }) => figures) },
    }),
    row({
      id: 'P13',
      what: `/livez on a new connection meanwhile, p99`,
      ours: `${shown(slowMs)} ms`,
      beside: `${shown(median(livezMs))} ms (median)`,
      figure: slowMs,
      digits: 0,
      unit: 'ms',
      goal: 1000,
      isAtMost: true,
    }),
  ]
}
