// npm run test:faults [-- --only kills] [-- --rounds 200] [-- --seed 1]: what is too slow, or needs too much of the machine, for npm test.
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { cleanUp } from '../bench/lib/clean-up.mjs'
import { machine } from '../bench/lib/report.mjs'
import { scratchFolder } from '../bench/lib/scratch.mjs'
import { build, install, say } from '../scripts/setup.mjs'
import { killRuns } from './kill-runs.mjs'
import { powerLoss } from './power-loss.mjs'
import { slowUploads } from './slow-uploads.mjs'
import { systemCalls } from './system-calls.mjs'

const usual = { calls: systemCalls, power: powerLoss, kills: killRuns }
/** Those that run only by name: what they wait for is time. */
const harnesses = { ...usual, slow: slowUploads }
const { values } = parseArgs({
  options: {
    only: { type: 'string', default: Object.keys(usual).join() },
    rounds: { type: 'string', default: '200' },
    seed: { type: 'string', default: String(Date.now() % 2 ** 32) },
  },
})
const wanted = values.only.split(',')
const unknown = wanted.filter((name) => !(name in harnesses))
if (unknown.length > 0) {
  say(`there is no ${unknown.join(', ')}; --only takes ${Object.keys(harnesses).join(', ')}`)
  process.exit(2)
}

try {
  install({ tools: true })
  build()
  const folder = scratchFolder()
  say(`the seed is ${values.seed}`)
  for (const name of wanted) await runOne(name, folder)
} catch (error) {
  process.exitCode = 1
  say(error.stack)
} finally {
  await cleanUp()
}

async function runOne(name, parent) {
  const folder = path.join(parent, name)
  mkdirSync(folder)
  const began = Date.now()
  const options = { folder, rounds: Number(values.rounds), seed: Number(values.seed) }
  const { skipped, figures, failures = [] } = await harnesses[name](options)
  const seconds = Math.round((Date.now() - began) / 1000)
  if (skipped) {
    say(`${name}: skipped. ${skipped}`)
    return
  }
  for (const failure of failures) say(`${name}: ${failure}`)
  if (failures.length > 0) process.exitCode = 1
  const result = { name, at: new Date().toISOString(), seed: options.seed, seconds, figures, failures }
  const results = path.join(import.meta.dirname, 'results')
  mkdirSync(results, { recursive: true })
  writeFileSync(
    path.join(results, `${name}.json`),
    `${JSON.stringify({ ...result, machine: machine() }, null, 2)}\n`,
  )
  process.stdout.write(`${JSON.stringify(result, null, 2)}\n`)
}
