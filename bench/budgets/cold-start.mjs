import { median } from '../lib/interleave.mjs'
import { row, shown } from '../lib/rows.mjs'

/** P11: from the start of the process to its first answer, on a PostgreSQL that runs. */
export async function coldStart({ startApp, quick }) {
  const starts = []
  for (let number = 0; number < (quick ? 3 : 9); number++) {
    const app = await startApp()
    starts.push({ readyMs: app.readyMs, rssBytes: app.rssBytes() })
    await app.stop()
  }
  const readyMs = median(starts.map((start) => start.readyMs))
  const megabytes = median(starts.map((start) => start.rssBytes)) / 1e6
  return [
    row({
      id: 'P11',
      what: 'cold start to the first answer',
      ours: `${shown(readyMs)} ms, ${shown(megabytes)} MB`,
      figure: readyMs,
      unit: 'ms',
      digits: 0,
      goal: 350,
      isAtMost: true,
      details: { starts },
    }),
  ]
}
