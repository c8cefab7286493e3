import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { say } from '../scripts/setup.mjs'
import { App } from './lib/app.mjs'
import { ageLeftovers, checkAcknowledged, leftOver } from './lib/check.mjs'
import { Client } from './lib/client.mjs'
import { Ledger } from './lib/ledger.mjs'
import { startLoad } from './lib/load.mjs'
import { Postgres } from './lib/postgres.mjs'
import { randomFrom } from './lib/random.mjs'
import { requireSharpEyes } from './lib/self-check.mjs'

const kills = {
  app: async ({ app }) => {
    await app.kill()
    return () => app.start()
  },
  database: async ({ postgres }) => {
    await postgres.kill()
    return () => postgres.start()
  },
  'one process of the database': async ({ postgres, random }) => {
    await postgres.killOne(random)
    return async () => undefined
  },
  both: async ({ app, postgres }) => {
    await Promise.all([app.kill(), postgres.kill()])
    return async () => {
      await postgres.start()
      await app.start()
    }
  },
}
const weights = { app: 40, database: 25, 'one process of the database': 15, both: 20 }

/** SIGKILL at random moments under mixed load; after each, everything acknowledged must be there and nothing else. */
export async function killRuns({ folder, rounds, seed }) {
  if (!Postgres.isInstalled()) return { skipped: 'PostgreSQL is not installed: apt install postgresql' }
  const random = randomFrom(seed)
  const findings = { lost: [], torn: [], phantom: [] }
  const postgres = await Postgres.initialise(path.join(folder, 'postgres'))
  await postgres.start()
  const app = await App.at(folder, postgres.url)
  await app.start()
  const users = []
  for (const name of ['ada', 'ben', 'cleo']) {
    users.push({ client: await Client.register(app.url, name), ledger: new Ledger(findings), random })
  }
  const run = { app, postgres, users, findings, random, folder }
  const counts = { kills: 0, 'left behind': 0, 'left over after the sweep': 0, 'slowest recovery in ms': 0 }
  for (let round = 1; round <= rounds; round++) {
    await killOnce(run, counts)
    if (round % 10 > 0 && round < rounds) continue
    await sweep(run, counts)
    say(`kill runs: ${round} of ${rounds}, ${JSON.stringify(summary(run, counts))}`)
    if (Object.values(findings).some(({ length }) => length > 0)) break
  }
  await checkAcknowledged(users, { readsEach: Infinity, random })
  const figures = summary(run, counts)
  const failures = failuresOf(findings, counts)
  if (failures.length === 0) await requireSharpEyes(run)
  await app.stop()
  await postgres.stop()
  return { figures, failures }
}

async function killOnce(run, counts) {
  const { app, users, random } = run
  const load = startLoad(users, 4)
  await delay(random.between(50, 1500))
  const bringBack = await kills[random.weighted(weights)](run)
  counts.kills++
  // What is left runs into what is gone.
  await delay(random.between(0, 400))
  const began = Date.now()
  await bringBack()
  await app.ready()
  counts['slowest recovery in ms'] = Math.max(counts['slowest recovery in ms'], Date.now() - began)
  await delay(random.between(0, 300))
  await load.stop()
  await checkAcknowledged(users, { readsEach: 20, random })
}

async function sweep({ app, postgres }, counts) {
  counts['left behind'] += (await leftOver(postgres.url, app.audioFolder)).length
  await ageLeftovers(postgres.url, app.audioFolder)
  await app.sweep()
  counts['left over after the sweep'] += (await leftOver(postgres.url, app.audioFolder)).length
}

function summary({ users, findings }, counts) {
  const sum = (name) => users.reduce((total, { ledger }) => total + ledger[name], 0)
  const found = Object.entries(findings).map(([name, { length }]) => [name, length])
  const told = { acknowledged: sum('acknowledged'), 'kept without an answer': sum('keptUnasked') }
  return { ...counts, ...told, ...Object.fromEntries(found) }
}

const failuresOf = ({ lost, torn, phantom }, counts) => [
  ...lost.map((finding) => `lost ${finding}`),
  ...torn.map((finding) => `torn ${finding}`),
  ...phantom.map((finding) => `phantom ${finding}`),
  ...(counts['left over after the sweep'] > 0 ? ['the sweep left something over'] : []),
]
