import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { account, register, signIn, startApp } from './app.mjs'
import { fillAudio } from './many-rows.mjs'
import { startNginx } from './nginx.mjs'
import { startPostgres } from './postgres.mjs'
import { scratchFolder } from './scratch.mjs'
import { storeAudio } from './stored-audio.mjs'

const MB = 1e6

/** All that the budgets share: PostgreSQL, nginx, the app with a user who is signed in, and files that both serve. */
export async function startServices({ quick }) {
  const scratch = scratchFolder()
  const folderOf = (name) => {
    const folder = path.join(scratch, name)
    mkdirSync(folder, { recursive: true })
    return folder
  }
  const postgres = await startPostgres(folderOf('postgres'))
  const audioFolder = folderOf('audio')
  let started = 0
  const startNode = (options = {}) =>
    startApp({
      folder: folderOf(`app-${started++}`),
      databaseUrl: postgres.url,
      ...options,
      variables: { AUDIO_STORAGE_PATH: audioFolder, ...options.variables },
    })
  const app = await startNode()
  await register(app)
  const token = await signIn(app)
  // Older than what is uploaded below, and enough for more pages than the app remembers.
  await fillAudio(postgres.url, { email: account.email, rows: 60_000 })
  const nginx = await startNginx(folderOf('nginx'))
  const storing = { app, token, audioFolder, nginx, scratch }
  return {
    quick,
    rounds: quick ? 2 : 5,
    seconds: quick ? 1 : 3,
    app,
    token,
    nginx,
    postgres,
    folderOf,
    audioFolder,
    startApp: startNode,
    audio: { medium: await storeAudio(storing, 10 * MB), large: await storeAudio(storing, 200 * MB) },
  }
}
