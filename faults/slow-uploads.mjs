import { once } from 'node:events'
import http from 'node:http'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { startPostgres } from '../bench/lib/postgres.mjs'
import { App } from './lib/app.mjs'
import { Client } from './lib/client.mjs'
import { newSound } from './lib/sound.mjs'

const minutes = 7
const bytesPerMinute = 1_000_000
const pauseMs = 1000
const pieceBytes = Math.ceil((bytesPerMinute * pauseMs) / 60_000)

/** Honest clients on a slow line: longer than any limit of the server, and always moving. */
export async function slowUploads({ folder }) {
  const postgres = await startPostgres(path.join(folder, 'postgres'))
  const databaseUrl = await postgres.newDatabase('slow')
  const app = await App.at(path.join(folder, 'data'), { databaseUrl })
  await app.start()
  const client = await Client.register(app.url, 'slow')
  const sent = await Promise.all(
    [uploadForm, uploadRaw, uploadPart].map(async (upload) => {
      const sound = newSound(minutes * bytesPerMinute)
      const began = Date.now()
      const answer = await upload(client, sound)
      const seconds = Math.round((Date.now() - began) / 1000)
      const { sha256 } = answer.id ? await client.read(answer.id) : {}
      const isWhole = sha256 === sound.sha256
      return { kind: upload.name, bytes: sound.bytes.length, seconds, status: answer.status, isWhole }
    }),
  )
  await app.stop()
  const failures = sent
    .filter(({ isWhole, seconds }) => !isWhole || seconds < (minutes - 1) * 60)
    .map((upload) => `an upload failed, or was not slow: ${JSON.stringify(upload)}`)
  return { figures: { uploads: sent }, failures }
}

function uploadForm(client, { bytes }) {
  const head = '--x\r\nContent-Disposition: form-data; name="file"; filename="slow.wav"\r\n\r\n'
  const body = Buffer.concat([Buffer.from(head), bytes, Buffer.from('\r\n--x--\r\n')])
  return created(client, body, 'multipart/form-data; boundary=x')
}

const uploadRaw = (client, { bytes }) => created(client, bytes, 'audio/wav')

async function created(client, body, type) {
  const headers = { ...client.credentials, 'Content-Type': type }
  const { status, text } = await send(`${client.url}/v1/audio/file`, { method: 'POST', headers }, body)
  return { status, id: status === 201 ? JSON.parse(text).id : undefined }
}

/** All of it as one part: the longest request that tus makes. */
async function uploadPart(client, { bytes }) {
  const upload = await client.beginUpload(bytes.length, 'slow')
  const headers = {
    ...client.credentials,
    'Tus-Resumable': '1.0.0',
    'Upload-Offset': '0',
    'Content-Type': 'application/offset+octet-stream',
  }
  const url = new URL(upload, client.url)
  const reply = await send(`${client.url}${url.pathname}`, { method: 'PATCH', headers }, bytes)
  return { status: reply.status, id: reply.headers['audio-id'] }
}

/** Piece by piece, with a pause after each; resolves with the reply. */
async function send(url, { method, headers }, body) {
  const request = http.request(url, { method, headers: { ...headers, 'Content-Length': body.length } })
  const replied = once(request, 'response')
  // A server that gives the client up shows in the reply, or in its absence.
  replied.catch(() => undefined)
  for (let at = 0; at < body.length && !request.destroyed; at += pieceBytes) {
    request.write(body.subarray(at, at + pieceBytes))
    await delay(pauseMs)
  }
  request.end()
  try {
    const [reply] = await replied
    return { status: reply.statusCode, headers: reply.headers, text: (await reply.toArray()).join('') }
  } catch (error) {
    return { status: error.code, headers: {}, text: '' }
  }
}
