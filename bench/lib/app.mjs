import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { freePort } from './free-port.mjs'
import { stop } from './process.mjs'

const main = path.resolve(import.meta.dirname, '../../packages/app/dist/main.js')

/** The whole product as built, on its embedded PostgreSQL, with one user signed in. */
export async function startApp(folder, { nodeArgs = [], variables = {} } = {}) {
  const port = await freePort()
  const child = spawn(process.execPath, [...nodeArgs, main, 'serve'], {
    cwd: folder,
    env: {
      PATH: process.env.PATH,
      DATA_DIR: path.join(folder, 'data'),
      PORT: String(port),
      MAX_UPLOAD_BYTES: String(8 * 1024 ** 3),
      ...variables,
    },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const url = `http://127.0.0.1:${port}`
  await ready(`${url}/readyz`, child)
  return {
    url,
    child,
    token: await signIn(url),
    stop: () => stop(child),
    rssBytes: () => rssOf(child.pid),
  }
}

async function ready(url, child) {
  for (let tries = 0; tries < 600; tries++) {
    if (child.exitCode !== null) throw new Error('The server ended before it was ready')
    const reply = await fetch(url).catch(() => undefined)
    if (reply?.ok) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error('The server does not get ready')
}

async function signIn(url) {
  const account = { email: 'bench@example.org', password: 'a horse that counts to nine' }
  await post(`${url}/v1/auth/registration`, { name: 'Ben', surname: 'Chmark', ...account })
  const reply = await post(`${url}/v1/auth/login`, { ...account, token_delivery: 'body' })
  const { access_token: token } = await reply.json()
  return token
}

async function post(url, body) {
  const reply = await fetch(url, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  })
  if (!reply.ok) throw new Error(`${url} answered ${reply.status}: ${await reply.text()}`)
  return reply
}

/** What the process holds in memory now. Linux only. */
function rssOf(pid) {
  const [, kilobytes] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
  return Number(kilobytes) * 1024
}
