import { run } from './process.mjs'

const curl = ['--silent', '--show-error', '--fail-with-body', '--output', '/dev/null', '--header', 'Expect:']
const bearer = ({ token }) => ['--header', `Authorization: Bearer ${token}`]

/** curl for both sides: what the client costs is the same. */
export const putToNginx = (nginx, file, name = 'uploaded') =>
  run('curl', [...curl, '--upload-file', file, `${nginx.url}/${name}`])

export const postForm = (app, file) =>
  run('curl', [...curl, ...bearer(app), '--form', `file=@${file}`, `${app.url}/v1/audio/file`])

const tus = ['--header', 'Tus-Resumable: 1.0.0']

/** Begins a resumable upload of this size and returns its URL. */
export async function beginUpload({ url, token }, sizeBytes) {
  const reply = await fetch(`${url}/v1/audio/uploads`, {
    method: 'POST',
    headers: {
      Authorization: `Bearer ${token}`,
      'Tus-Resumable': '1.0.0',
      'Upload-Length': String(sizeBytes),
      'Upload-Metadata': `filename ${btoa('bench.wav')}`,
    },
  })
  if (reply.status !== 201) throw new Error(`The upload was not begun: ${reply.status} ${await reply.text()}`)
  return new URL(new URL(reply.headers.get('Location'), url).pathname, url).href
}

export const patchChunk = (app, upload, { file, offset }) =>
  run('curl', [
    ...curl,
    ...bearer(app),
    ...tus,
    ...['--header', `Upload-Offset: ${offset}`, '--header', 'Content-Type: application/offset+octet-stream'],
    ...['--request', 'PATCH', '--upload-file', file, upload],
  ])

export const giveUpUpload = (app, upload) =>
  run('curl', [...curl, ...bearer(app), ...tus, '--request', 'DELETE', upload])

export const postRaw = (app, file) =>
  run('curl', [
    ...curl,
    ...bearer(app),
    ...['--header', 'Content-Type: audio/wav', '--request', 'POST', '--upload-file', file],
    `${app.url}/v1/audio/file`,
  ])
