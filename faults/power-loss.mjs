import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { App } from './lib/app.mjs'
import { Postgres } from './lib/postgres.mjs'
import { beginRun, failuresOf, figuresOf, hasFindings, strikeAtRandom } from './lib/rounds.mjs'
import { Volume, whyNoVolume } from './lib/volume.mjs'

const withoutFsync = path.join(import.meta.dirname, 'lib/without-fsync.mjs')
const blindRounds = 10

/** Power cuts under mixed load: app and database lie on one file system, of which only what it has written stays. */
export async function powerLoss({ folder, rounds, seed }) {
  if (!Postgres.isInstalled()) return { skipped: 'PostgreSQL is not installed: apt install postgresql' }
  const why = await whyNoVolume()
  if (why) return { skipped: why }
  const run = await cutRepeatedly({ folder: made(folder, 'as-built'), rounds: Math.ceil(rounds / 4), seed })
  const blind = await cutRepeatedly({
    folder: made(folder, 'without-fsync'),
    rounds: blindRounds,
    seed,
    nodeArgs: ['--import', withoutFsync],
  })
  const failures = failuresOf(run)
  if (!hasFindings(blind))
    failures.push(`${blindRounds} cuts without fsync lost nothing: the harness is blind`)
  return { figures: { ...figuresOf(run), 'without fsync': figuresOf(blind) }, failures }
}

async function cutRepeatedly({ folder, rounds, seed, nodeArgs = [] }) {
  const volume = await Volume.make(folder)
  const postgres = await Postgres.initialise(
    path.join(volume.folder, 'postgres'),
    path.join(folder, 'postgres.log'),
  )
  const app = await App.at(path.join(volume.folder, 'data'), {
    databaseUrl: postgres.url,
    log: path.join(folder, 'app.log'),
    nodeArgs,
  })
  const run = await beginRun({ app, postgres, seed })
  await volume.sync()
  const strike = async () => {
    await volume.cutPower()
    await Promise.all([app.kill(), postgres.kill()])
    await volume.unmount()
    return async () => {
      await volume.mount()
      await postgres.start()
      await app.start()
    }
  }
  await strikeAtRandom(run, { name: nodeArgs.length > 0 ? 'power without fsync' : 'power', rounds, strike })
  await app.stop()
  await postgres.stop()
  await volume.unmount()
  return run
}

function made(parent, name) {
  const folder = path.join(parent, name)
  mkdirSync(folder)
  return folder
}
