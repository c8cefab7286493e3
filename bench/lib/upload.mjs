import { run } from './process.mjs'

const curl = ['--silent', '--show-error', '--fail-with-body', '--output', '/dev/null', '--header', 'Expect:']
const bearer = ({ token }) => ['--header', `Authorization: Bearer ${token}`]

/** curl for both sides: what the client costs is the same. */
export const putToNginx = (nginx, file, name = 'uploaded') =>
  run('curl', [...curl, '--upload-file', file, `${nginx.url}/${name}`])

export const postForm = (app, file) =>
  run('curl', [...curl, ...bearer(app), '--form', `file=@${file}`, `${app.url}/v1/audio/file`])

export const postRaw = (app, file) =>
  run('curl', [
    ...curl,
    ...bearer(app),
    ...['--header', 'Content-Type: audio/wav', '--request', 'POST', '--upload-file', file],
    `${app.url}/v1/audio/file`,
  ])
