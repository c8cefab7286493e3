import path from 'node:path'
import { App } from './lib/app.mjs'
import { Postgres } from './lib/postgres.mjs'
import { beginRun, failuresOf, figuresOf, strikeAtRandom } from './lib/rounds.mjs'
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
  const postgres = await Postgres.initialise(path.join(folder, 'postgres'))
  const app = await App.at(path.join(folder, 'data'), { databaseUrl: postgres.url })
  const run = await beginRun({ app, postgres, seed })
  await strikeAtRandom(run, {
    name: 'kills',
    rounds,
    strike: (run) => kills[run.random.weighted(weights)](run),
  })
  const result = { figures: figuresOf(run), failures: failuresOf(run) }
  if (result.failures.length === 0) await requireSharpEyes(run)
  await app.stop()
  await postgres.stop()
  return result
}
