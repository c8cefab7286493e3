import { spawn } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { atEnd } from './clean-up.mjs'
import { freePort } from './free-port.mjs'
import { stop } from './process.mjs'

/** The server of `naive-server.mjs` for one file. */
export async function startNaive(file) {
  const port = await freePort()
  const script = path.join(import.meta.dirname, 'naive-server.mjs')
  const child = spawn(process.execPath, [script, String(port), file], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  atEnd(() => stop(child))
  const [token] = await once(child.stdout, 'data')
  return { url: `http://127.0.0.1:${port}`, token: token.toString().trim(), stop: () => stop(child) }
}
