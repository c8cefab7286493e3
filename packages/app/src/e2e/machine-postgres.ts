import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { appendFile, chmod, chown, copyFile, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'

const versions = '/usr/lib/postgresql'

/** A PostgreSQL of this machine's own packages, which bring the programs of backups; the embedded one has none. */
export class MachinePostgres {
  readonly #programs: string
  readonly #folder: string
  readonly #port: number

  private constructor(parts: { readonly programs: string; readonly folder: string; readonly port: number }) {
    this.#programs = parts.programs
    this.#folder = parts.folder
    this.#port = parts.port
  }

  /** `undefined` where the machine has none. */
  static async start(): Promise<MachinePostgres | undefined> {
    const newest = (await readdir(versions).catch(() => [])).sort((a, b) => Number(b) - Number(a))[0]
    if (newest === undefined) return undefined
    const folder = await mkdtemp(path.join(tmpdir(), 'audiohost-postgres-'))
    // The account of the server makes its own folder in it.
    await chmod(folder, 0o777)
    const parts = { programs: path.join(versions, newest, 'bin'), folder, port: await freePort() }
    const postgres = new MachinePostgres(parts)
    postgres.#asServer('initdb', ['-U', 'audiohost', '--auth=trust', '-E', 'UTF8'])
    postgres.#startServer()
    return postgres
  }

  /** A hot standby of this server, which answers and accepts no writes. */
  async startStandby(): Promise<MachinePostgres> {
    const folder = await mkdtemp(path.join(tmpdir(), 'audiohost-standby-'))
    await chmod(folder, 0o777)
    const standby = new MachinePostgres({ programs: this.#programs, folder, port: await freePort() })
    const primary = ['--host=127.0.0.1', `--port=${this.#port}`, '--username=audiohost']
    standby.#asServer('pg_basebackup', [...primary, '--write-recovery-conf', '--checkpoint=fast'])
    standby.#startServer()
    return standby
  }

  urlOf(name: string, user = 'audiohost'): string {
    return `postgres://${user}@127.0.0.1:${this.#port}/${name}`
  }

  /** Replaces the rules of `pg_hba.conf`, and takes this certificate and its key for TLS. */
  async secure(
    rules: readonly string[],
    tls: { readonly cert: string; readonly key: string },
  ): Promise<void> {
    const inData = (name: string) => path.join(this.#folder, 'data', name)
    const { uid, gid } = await stat(inData('PG_VERSION'))
    await writeFile(inData('pg_hba.conf'), `${rules.join('\n')}\n`)
    for (const [name, from] of [
      ['server.crt', tls.cert],
      ['server.key', tls.key],
    ] as const) {
      await copyFile(from, inData(name))
      await chown(inData(name), uid, gid)
      await chmod(inData(name), 0o600)
    }
    await appendFile(inData('postgresql.conf'), 'ssl = on\n')
    this.#asServer('pg_ctl', ['-m', 'fast', '-w', '-l', path.join(this.#folder, 'log'), 'restart'])
  }

  async stop(): Promise<void> {
    this.#asServer('pg_ctl', ['-m', 'immediate', '-w', 'stop'])
    await rm(this.#folder, { recursive: true })
  }

  createDatabase(name: string): string {
    const address = ['--host=127.0.0.1', `--port=${this.#port}`, '--username=audiohost']
    this.#run('createdb', [...address, name])
    return this.urlOf(name)
  }

  dump(url: string, file: string): void {
    this.#run('pg_dump', ['--format=custom', `--file=${file}`, url])
  }

  sql(url: string, text: string): void {
    this.#run('psql', ['--quiet', '-v', 'ON_ERROR_STOP=1', '-c', text, url])
  }

  restore(file: string, url: string): void {
    this.#run('pg_restore', ['--exit-on-error', `--dbname=${url}`, file])
  }

  #startServer(): void {
    const settings = `-p ${this.#port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off`
    this.#asServer('pg_ctl', ['-w', '-l', path.join(this.#folder, 'log'), '-o', settings, 'start'])
  }

  /** The server refuses to run as root. */
  #asServer(program: string, args: readonly string[]): void {
    const command = [path.join(this.#programs, program), '-D', path.join(this.#folder, 'data'), ...args]
    const isRoot = process.getuid?.() === 0
    const [first = '', ...rest] = isRoot ? ['runuser', '-u', 'postgres', '--', ...command] : command
    execFileSync(first, rest, { cwd: '/', stdio: 'ignore' })
  }

  #run(program: string, args: readonly string[]): void {
    execFileSync(path.join(this.#programs, program), args, { stdio: ['ignore', 'ignore', 'inherit'] })
  }
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const { port } = probe.address() as AddressInfo
  probe.close()
  await once(probe, 'close')
  return port
}
