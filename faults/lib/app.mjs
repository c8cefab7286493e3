import { spawn } from 'node:child_process'
import { openSync } from 'node:fs'
import path from 'node:path'
import { atEnd } from '../../bench/lib/clean-up.mjs'
import { freePort } from '../../bench/lib/free-port.mjs'
import { run, stop } from '../../bench/lib/process.mjs'
import { waitUntil } from './processes.mjs'

const main = path.resolve(import.meta.dirname, '../../packages/app/dist/main.js')

/** The product as built, that can be killed and started again on the same port, folder and database. */
export class App {
  #port
  #variables
  #log
  #nodeArgs
  #child

  static async at(folder, { databaseUrl, log = `${folder}.log`, nodeArgs = [] }) {
    const app = new App()
    app.#log = log
    app.#nodeArgs = nodeArgs
    app.#port = await freePort()
    app.#variables = {
      PATH: process.env.PATH,
      DATA_DIR: folder,
      DATABASE_URL: databaseUrl,
      INTERNAL_SECRET: 'x1Zt3vN1xKc5RyW7uJp2LmB9sDf4HgT6aEoViYkXnQw',
      PUBLIC_URL: `http://localhost:${app.#port}`,
      PORT: String(app.#port),
      RATE_LIMITS: 'off',
      LOG_LEVEL: 'warn',
      ACCESS_TOKEN_TTL_SECONDS: '3600',
    }
    atEnd(() => app.stop())
    return app
  }

  get url() {
    return `http://127.0.0.1:${this.#port}`
  }

  get audioFolder() {
    return path.join(this.#variables.DATA_DIR, 'audio')
  }

  async start() {
    const log = openSync(this.#log, 'a')
    const child = spawn(process.execPath, [...this.#nodeArgs, main, 'serve'], {
      cwd: path.dirname(this.#log),
      env: this.#variables,
      stdio: ['ignore', log, log],
    })
    this.#child = child
    await this.ready()
  }

  /** Resolves once it says that it and its database are ready. */
  async ready() {
    await waitUntil(async () => {
      if (this.#child.exitCode !== null) throw new Error(`The app ended; see ${this.#log}`)
      return fetch(`${this.url}/readyz`).then(
        (reply) => reply.ok,
        () => false,
      )
    }, 'getting ready')
  }

  kill = () => stop(this.#child, 'SIGKILL')

  stop = () => this.#child && stop(this.#child)

  /** Of what is older than now: nothing may be under way. */
  async sweep() {
    const output = await run(process.execPath, [main, 'sweep', '--older-than', '0', '--force', '--json'], {
      cwd: path.dirname(this.#log),
      env: this.#variables,
    })
    return JSON.parse(output)
  }
}
