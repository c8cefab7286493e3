import { interleave, median } from '../lib/interleave.mjs'
import { row, shown } from '../lib/rows.mjs'
import { load } from '../lib/wrk.mjs'

const downloads = 32

/** P5: how long `me` takes while bytes leave at full speed, beside how long it takes in peace. */
export async function responsiveness({ app, token, audio: { large }, rounds, seconds }) {
  const me = (seconds) => load(`${app.url}/v1/auth/me`, { token, connections: 4, seconds })
  const meDuringDownloads = async () => {
    const bytes = load(`${app.url}${large.path}`, { token, connections: downloads, seconds: seconds + 1 })
    // Until all of them are under way.
    await new Promise((resolve) => setTimeout(resolve, 300))
    const figures = await me(seconds)
    return { ...figures, megabytesPerSecond: (await bytes).megabytesPerSecond }
  }
  const { idle, busy } = await interleave({ idle: () => me(seconds), busy: meDuringDownloads }, rounds)
  const [idleMs, busyMs] = [idle, busy].map((all) => median(all.map(({ medianMs }) => medianMs)))
  const slowMs = median(busy.map(({ slowMs }) => slowMs))
  const what = `me during ${downloads} downloads`
  return [
    row({
      id: 'P5',
      what: `${what}, median, of that without`,
      ours: `${shown(busyMs)} ms`,
      beside: `${shown(idleMs)} ms`,
      figure: busyMs / idleMs,
      goal: 5,
      isAtMost: true,
      details: { idle, busy },
    }),
    row({
      id: 'P5',
      what: `${what}, p99`,
      ours: `${shown(slowMs)} ms`,
      beside: `${shown(median(idle.map(({ slowMs }) => slowMs)))} ms`,
      figure: slowMs,
      digits: 0,
      unit: 'ms',
      goal: 80,
      isAtMost: true,
    }),
  ]
}
