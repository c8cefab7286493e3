import { linkSync, readdirSync, rmSync } from 'node:fs'
import path from 'node:path'
import { postRaw } from './upload.mjs'
import { writeWav } from './sound.mjs'

/** Uploads a sound of this size, and gives nginx the very file that the app keeps, so that both read the same pages. */
export async function storeAudio({ app, token, audioFolder, nginx, scratch }, sizeBytes) {
  const source = path.join(scratch, `${sizeBytes}.wav`)
  writeWav(source, sizeBytes)
  await postRaw({ ...app, token }, source)
  rmSync(source)
  const id = await newestId(app, token)
  const file = fileOf(audioFolder, id)
  linkSync(file, path.join(nginx.files, id))
  return { id, sizeBytes, file, path: `/v1/audio/file/${id}` }
}

async function newestId({ url }, token) {
  const reply = await fetch(`${url}/v1/audio/?limit=1`, { headers: { Authorization: `Bearer ${token}` } })
  const { items } = await reply.json()
  return items[0].id
}

function fileOf(folder, id) {
  const found = readdirSync(folder, { recursive: true }).find((name) => path.basename(name) === id)
  return path.join(folder, found)
}
