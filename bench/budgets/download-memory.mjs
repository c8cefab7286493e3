import { peakDuring } from '../lib/memory.mjs'
import { row } from '../lib/rows.mjs'
import { readSlowly } from '../lib/slow-readers.mjs'
import { load } from '../lib/wrk.mjs'

const readers = 256
const MB = 1e6

/** P4: what a fresh app takes beyond its base while 256 clients read, as fast as they can, and slowly. */
export async function downloadMemory({ startApp, token, audio: { large }, quick }) {
  const seconds = quick ? 2 : 8
  return [
    await memoryRow('256 fast downloads', { goal: 140, startApp, token, large }, (url) =>
      load(url, { token, connections: readers, seconds }),
    ),
    await memoryRow('256 slow readers', { goal: 70, startApp, token, large }, (url) =>
      readSlowly(url, { token, readers, seconds }),
    ),
  ]
}

async function memoryRow(what, { goal, startApp, token, large }, use) {
  const app = await startApp()
  const url = `${app.url}${large.path}`
  // The code of the way is loaded and compiled before the base is taken.
  await load(url, { token, connections: 1, seconds: 1 })
  const base = app.rssBytes()
  const peak = await peakDuring(app.rssBytes, () => use(url))
  await app.stop()
  return row({
    id: 'P4',
    what: `memory beyond the base, ${what}`,
    ours: `${Math.round(peak / MB)} MB`,
    beside: `${Math.round(base / MB)} MB`,
    figure: (peak - base) / MB,
    digits: 0,
    unit: 'MB',
    goal,
    isAtMost: true,
  })
}
