// npm run bench [-- --quick] [-- --only P6]: the budgets, each as a ratio within one interleaved run.
import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { build, install, say } from '../scripts/setup.mjs'
import { multipartUploads, uploadMemory } from './budgets/uploads.mjs'
import { startApp } from './lib/app.mjs'
import { startNginx } from './lib/nginx.mjs'
import { saveRun, tableOf } from './lib/report.mjs'
import { scratchFolder } from './lib/scratch.mjs'

const budgets = [
  ['P6', multipartUploads],
  ['P6', uploadMemory],
]

const { values } = parseArgs({ options: { quick: { type: 'boolean' }, only: { type: 'string' } } })
const { quick = false, only } = values
const chosen = budgets.filter(([id]) => only === undefined || only.split(',').includes(id))
if (chosen.length === 0)
  throw new Error(`--only takes ids of budgets: ${budgets.map(([id]) => id).join(', ')}`)

install({ tools: false })
build()
const scratch = scratchFolder()
const started = []
const folderOf = (name) => {
  const folder = path.join(scratch.folder, name)
  mkdirSync(folder)
  return folder
}
try {
  const app = await startApp(folderOf('app'))
  started.push(app)
  const nginx = await startNginx(folderOf('nginx'))
  started.push(nginx)
  const startSmallApp = () => startApp(folderOf('small'), { nodeArgs: ['--max-old-space-size=128'] })
  const rows = []
  for (const [id, measure] of chosen) {
    say(`${id} ${measure.name} ...`)
    rows.push(...(await measure({ app, nginx, startSmallApp, quick })))
  }
  process.stdout.write(`${tableOf(rows)}\n`)
  say(`every figure is in ${saveRun(path.join(import.meta.dirname, 'results'), { rows, quick })}`)
} finally {
  for (const service of started.reverse()) await service.stop()
  scratch.remove()
}
