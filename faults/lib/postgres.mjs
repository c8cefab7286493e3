import { spawn } from 'node:child_process'
import { chownSync, existsSync, mkdirSync, openSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { atEnd } from '../../bench/lib/clean-up.mjs'
import { freePort } from '../../bench/lib/free-port.mjs'
import { withClient } from '../../bench/lib/postgres.mjs'
import { run, stop } from '../../bench/lib/process.mjs'
import { childrenOf, kill, waitUntil } from './processes.mjs'

const installed = '/usr/lib/postgresql'
/** PostgreSQL refuses to run as root. */
const account = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {}

/** A PostgreSQL as an operator installs it, with all that makes it durable, that can be killed and started again. */
export class Postgres {
  #folder
  #log
  #port
  #child

  static isInstalled = () => programsFolder() !== undefined

  static async initialise(folder, log = `${folder}.log`) {
    mkdirSync(folder, { mode: 0o700 })
    if (account.uid !== undefined) chownSync(folder, account.uid, account.gid)
    const postgres = new Postgres()
    postgres.#folder = folder
    postgres.#log = log
    postgres.#port = await freePort()
    const options = ['--auth=trust', '--username=faults', '--encoding=UTF8', '--locale=C', '--data-checksums']
    await run(program('initdb'), ['-D', path.join(folder, 'data'), ...options], { cwd: '/', ...account })
    atEnd(() => postgres.stop())
    return postgres
  }

  get url() {
    return `postgres://faults@127.0.0.1:${this.#port}/postgres`
  }

  /** Resolves once it answers, crash recovery included. */
  async start() {
    const log = openSync(this.#log, 'a')
    const settings = {
      port: this.#port,
      listen_addresses: '127.0.0.1',
      unix_socket_directories: '',
      fsync: 'on',
      synchronous_commit: 'on',
      full_page_writes: 'on',
      restart_after_crash: 'on',
    }
    const options = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
    const child = spawn(program('postgres'), ['-D', path.join(this.#folder, 'data'), ...options], {
      cwd: '/',
      stdio: ['ignore', log, log],
      ...account,
    })
    this.#child = child
    await waitUntil(() => child.exitCode !== null || this.answers(), 'the start of PostgreSQL')
    if (child.exitCode !== null) throw new Error(`PostgreSQL ended; see ${this.#log}`)
  }

  answers = () =>
    withClient(this.url, (client) => client.query('select 1')).then(
      () => true,
      () => false,
    )

  /** All of it at once, as where the machine's power goes, except that the kernel's memory stays. */
  async kill() {
    const children = childrenOf(this.#child.pid)
    for (const pid of children) kill(pid)
    await stop(this.#child, 'SIGKILL')
    await waitUntil(() => children.every((pid) => !existsSync(`/proc/${pid}`)), 'the end of PostgreSQL')
  }

  /** One of its processes, as the kernel does where memory runs out; the others follow and it recovers by itself. */
  async killOne(random) {
    const children = childrenOf(this.#child.pid)
    if (children.length > 0) kill(random.oneOf(children))
  }

  stop = () => stop(this.#child, 'SIGINT')
}

const program = (name) => path.join(programsFolder(), name)

/** Of the newest version that is installed. */
function programsFolder() {
  if (!existsSync(installed)) return undefined
  const [newest] = readdirSync(installed).sort((one, other) => Number(other) - Number(one))
  return newest && path.join(installed, newest, 'bin')
}
