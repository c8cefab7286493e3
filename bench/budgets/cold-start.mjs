import path from 'node:path'
import { interleave, median } from '../lib/interleave.mjs'
import { run } from '../lib/process.mjs'
import { row, shown } from '../lib/rows.mjs'

const root = path.resolve(import.meta.dirname, '../..')
const bundle = path.join(root, 'bundle/audiohost.js')

/** P11: from the start of the process to its first answer, on a PostgreSQL that runs, bundled and in many files. */
export async function coldStart({ startApp, quick }) {
  await run(process.execPath, [path.join(root, 'scripts/bundle.mjs')])
  const start = (options) => async () => {
    const app = await startApp(options)
    const rssBytes = app.rssBytes()
    await app.stop()
    return { readyMs: app.readyMs, rssBytes }
  }
  const figures = await interleave({ bundled: start({ main: bundle }), files: start() }, quick ? 3 : 9)
  const milliseconds = (starts) => median(starts.map(({ readyMs }) => readyMs))
  const shownStart = (starts) =>
    `${shown(milliseconds(starts))} ms, ${shown(median(starts.map(({ rssBytes }) => rssBytes)) / 1e6)} MB`
  return [
    row({
      id: 'P11',
      what: 'cold start of the bundle to its first answer',
      ours: shownStart(figures.bundled),
      beside: shownStart(figures.files),
      figure: milliseconds(figures.bundled),
      unit: 'ms',
      digits: 0,
      goal: 350,
      isAtMost: true,
      details: figures,
    }),
  ]
}
