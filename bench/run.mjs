// npm run bench [-- --quick] [--only P1,P6] [--[no-]write-docs]: the budgets, each as a ratio within one interleaved run.
import path from 'node:path'
import { parseArgs } from 'node:util'
import { build, install, say } from '../scripts/setup.mjs'
import { coldStart } from './budgets/cold-start.mjs'
import { downloadMemory } from './budgets/download-memory.mjs'
import { downloads } from './budgets/downloads.mjs'
import { lists } from './budgets/lists.mjs'
import { me } from './budgets/me.mjs'
import { overload } from './budgets/overload.mjs'
import { middlewareCost, requestCosts } from './budgets/processor-time.mjs'
import { handedOverRanges, smallRanges } from './budgets/ranges.mjs'
import { responsiveness } from './budgets/responsiveness.mjs'
import { signIns } from './budgets/sign-in.mjs'
import { multipartUploads, resumableChunks, uploadMemory } from './budgets/uploads.mjs'
import { cleanUp, isCleaning } from './lib/clean-up.mjs'
import { machine, saveRun, tableOf } from './lib/report.mjs'
import { requireTools } from './lib/requirements.mjs'
import { writeDocs } from './lib/write-docs.mjs'

const budgets = [
  ['P1', smallRanges],
  ['P2', handedOverRanges],
  ['P3', downloads],
  ['P4', downloadMemory],
  ['P5', responsiveness],
  ['P6', multipartUploads],
  ['P6', uploadMemory],
  ['P7', resumableChunks],
  ['P8', me],
  ['P9', lists],
  ['P10', signIns],
  ['P11', coldStart],
  ['P12', requestCosts],
  ['P12', middlewareCost],
  ['P13', overload],
]

const { values } = parseArgs({
  options: { quick: { type: 'boolean' }, only: { type: 'string' }, 'write-docs': { type: 'boolean' } },
})
const { quick = false, only } = values
// A quick run is for whoever works on something; the page is for whoever reads.
const { 'write-docs': isForDocs = !quick && only === undefined } = values
const known = new Set(budgets.map(([id]) => id))
const wanted = only === undefined ? known : new Set(only.split(','))
if (![...wanted].every((id) => known.has(id))) {
  say(`--only takes budgets with commas between them: ${[...known].join(', ')}`)
  process.exit(2)
}
if (isForDocs && only !== undefined) {
  say('--write-docs is for a run of all budgets')
  process.exit(2)
}

const began = Date.now()
const seconds = () => Math.round((Date.now() - began) / 1000)
try {
  requireTools()
  install({ tools: false })
  build()
  // Loads what the build has made.
  const { startServices } = await import('./lib/services.mjs')
  const services = await startServices({ quick })
  const rows = []
  for (const [id, measure] of budgets.filter(([id]) => wanted.has(id))) {
    say(`${seconds()} s: ${id} ${measure.name} ...`)
    rows.push(...(await measured(id, () => measure(services))))
  }
  const run = { at: new Date().toISOString(), quick, seconds: seconds(), machine: machine(), rows }
  process.stdout.write(`${tableOf(rows)}\n`)
  if (isForDocs && process.exitCode === undefined) writeDocs(run)
  say(`every figure is in ${saveRun(path.join(import.meta.dirname, 'results'), run)}; ${run.seconds} s`)
} catch (error) {
  process.exitCode = 1
  if (!isCleaning()) say(error.stack)
} finally {
  await cleanUp()
}

/** What cannot be measured does not take the minutes of the rest with it. */
async function measured(id, measure) {
  try {
    return await measure()
  } catch (error) {
    if (isCleaning()) throw error
    process.exitCode = 1
    say(`${id} could not be measured: ${error.stack}`)
    return []
  }
}
