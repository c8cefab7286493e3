import { spawn } from 'node:child_process'
import path from 'node:path'
import { atEnd } from './clean-up.mjs'
import { freePort } from './free-port.mjs'
import { stop } from './process.mjs'
import { processorMicroseconds, residentBytes } from './processor-time.mjs'

const builtMain = path.resolve(import.meta.dirname, '../../packages/app/dist/main.js')
/** The one user of the run. */
export const account = { email: 'bench@example.org', password: 'a horse that counts to nine' }

/**
 * The whole product as built, as a process of its own. Apps on one database and one folder are nodes of one service:
 * a token of one is good for all.
 */
export async function startApp({ folder, databaseUrl, main = builtMain, nodeArgs = [], variables = {} }) {
  const port = await freePort()
  const began = performance.now()
  const child = spawn(process.execPath, [...nodeArgs, main, 'serve'], {
    cwd: folder,
    env: {
      PATH: process.env.PATH,
      DATA_DIR: path.join(folder, 'data'),
      DATABASE_URL: databaseUrl,
      INTERNAL_SECRET: 'x1Zt3vN1xKc5RyW7uJp2LmB9sDf4HgT6aEoViYkXnQw',
      PUBLIC_URL: 'http://localhost:8000',
      PORT: String(port),
      ACCESS_TOKEN_TTL_SECONDS: '3600',
      MAX_UPLOAD_BYTES: String(8 * 1024 ** 3),
      ...variables,
    },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const stopApp = () => stop(child)
  atEnd(stopApp)
  const url = `http://127.0.0.1:${port}`
  await ready(`${url}/readyz`, child)
  const readyMs = performance.now() - began
  return {
    url,
    pid: child.pid,
    readyMs,
    stop: stopApp,
    rssBytes: () => residentBytes(child.pid),
    processorMicroseconds: () => processorMicroseconds(child.pid),
  }
}

async function ready(url, child) {
  for (let tries = 0; tries < 6000; tries++) {
    if (child.exitCode !== null) throw new Error('The server ended before it was ready')
    const reply = await fetch(url).catch(() => undefined)
    if (reply?.ok) return
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  throw new Error('The server does not get ready')
}

export const register = ({ url }) =>
  post(`${url}/v1/auth/registration`, { name: 'Ben', surname: 'Chmark', ...account })

export async function signIn({ url }) {
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
