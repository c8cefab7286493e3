import path from 'node:path'
import { freePort } from '../lib/free-port.mjs'
import { interleave, median } from '../lib/interleave.mjs'
import { latenciesDuring } from '../lib/probe-latency.mjs'
import { ratioRow, row, shown } from '../lib/rows.mjs'
import { load } from '../lib/wrk.mjs'

const [few, many] = [20, 500]
const unit = 'requests/s'
const withoutQueue = path.resolve(import.meta.dirname, '../lib/without-queue.mjs')

/**
 * P13: what is served to 500 connections beside 20, how long a health check on a new connection takes
 * meanwhile, on the port of the API and on `HEALTH_PORT`, and what the queue costs a server that is not
 * overloaded.
 */
export async function overload({ startApp, token, audio: { large }, rounds, seconds }) {
  const healthPort = await freePort()
  const app = await startApp({ variables: { HEALTH_PORT: String(healthPort) } })
  const ports = { 'on PORT': app.url, 'on HEALTH_PORT': `http://127.0.0.1:${healthPort}` }
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
      const urls = Object.values(ports).map((url) => `${url}/livez`)
      const { result, latenciesMs } = await latenciesDuring(urls, run(many))
      return { ...result, latenciesMs }
    }
    const figures = await interleave({ calm: run(few), crowded }, rounds)
    rows.push(goodputRow(what, figures))
    Object.keys(ports).forEach((port, index) => {
      const latencies = figures.crowded.flatMap(({ latenciesMs }) => latenciesMs[index])
      rows.push(livezRow(port, latencies))
    })
  }
  await app.stop()
  return [...rows, ...(await queueRows({ startApp, token, rounds, seconds }))]
}

function goodputRow(what, { calm, crowded }) {
  const goodput = (figures) => figures.map(({ servedPerSecond }) => servedPerSecond)
  return ratioRow({
    id: 'P13',
    what: `${what}, ${many} connections, of ${few} connections`,
    ours: goodput(crowded),
    beside: goodput(calm),
    unit,
    goal: 0.8,
    details: { calm, crowded: crowded.map(({ latenciesMs: _, ...figures }) => figures) },
  })
}

function livezRow(port, latenciesMs) {
  const sorted = latenciesMs.toSorted((one, other) => one - other)
  const slowMs = sorted[Math.ceil(sorted.length * 0.99) - 1]
  return row({
    id: 'P13',
    what: `/livez ${port} on a new connection meanwhile, p99`,
    ours: `${shown(slowMs)} ms`,
    beside: `${shown(median(sorted))} ms (median)`,
    figure: slowMs,
    digits: 0,
    unit: 'ms',
    goal: 1000,
    isAtMost: true,
  })
}

async function queueRows({ startApp, token, rounds, seconds }) {
  const queued = await startApp()
  const direct = await startApp({ nodeArgs: ['--import', withoutQueue] })
  const me = (app) => async () => {
    const before = app.processorMicroseconds()
    const figures = await load(`${app.url}/v1/auth/me`, { token, connections: few, seconds, mayRefuse: true })
    return { ...figures, microseconds: (app.processorMicroseconds() - before) / figures.requests }
  }
  const figures = await interleave({ queued: me(queued), direct: me(direct) }, rounds)
  await Promise.all([queued.stop(), direct.stop()])
  const what = `me, ${few} connections, of the same without the queue`
  const each = (name, key) => figures[name].map((figure) => figure[key])
  return [
    ratioRow({
      id: 'P13',
      what,
      ours: each('queued', 'servedPerSecond'),
      beside: each('direct', 'servedPerSecond'),
      unit,
      goal: 0.9,
      details: figures,
    }),
    ratioRow({
      id: 'P13',
      what: `processor time of ${what}`,
      ours: each('queued', 'microseconds'),
      beside: each('direct', 'microseconds'),
      unit: 'µs',
      goal: 1.1,
      isAtMost: true,
    }),
  ]
}
