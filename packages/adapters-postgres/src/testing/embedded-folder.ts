import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { connectDatabase } from '../connect.ts'
import type { Database } from '../database.ts'
import { startEmbeddedServer, type EmbeddedServer, type ServerTuning } from '../embedded-server.ts'

const impatient: ServerTuning = {
  settings: { fsync: 'off' },
  initArguments: ['--no-sync'],
  silenceSeconds: 0.5,
}

/** A temporary folder for an embedded server, and everything that was started on it. */
export class EmbeddedFolder {
  /** What only the test itself looks at; may be closed to others. */
  readonly parent: string
  readonly path: string
  readonly #started: EmbeddedServer[] = []
  readonly #children: ChildProcess[] = []
  readonly log: string[] = []

  private constructor(parent: string) {
    this.parent = parent
    this.path = join(parent, 'data folder')
  }

  static async make(): Promise<EmbeddedFolder> {
    const parent = await mkdtemp(join(tmpdir(), 'audiohost-embedded-'))
    await chmod(parent, 0o711)
    return new EmbeddedFolder(parent)
  }

  /** With a copy of the database in another folder, which is quicker than a new one. */
  static async copyOf(other: EmbeddedFolder): Promise<EmbeddedFolder> {
    const copy = await EmbeddedFolder.make()
    await mkdir(copy.path)
    await promisify(execFile)('cp', ['-a', join(other.path, 'cluster'), copy.path])
    return copy
  }

  async start(tuning = impatient): Promise<EmbeddedServer> {
    const log = (line: string): unknown => this.log.push(line)
    const server = await startEmbeddedServer({ folder: this.path, log }, tuning)
    this.#started.push(server)
    return server
  }

  /** Starts the server in a process of its own, which then runs `body` and lives until it is killed. */
  async startInChild(body = ''): Promise<ChildProcess> {
    const module = JSON.stringify(new URL('../embedded-server.ts', import.meta.url))
    const script = `import { startEmbeddedServer } from ${module}
      await startEmbeddedServer({ folder: ${JSON.stringify(this.path)}, log: () => {} }, ${JSON.stringify(impatient)})
      setInterval(() => {}, 1000)
      ${body}
      console.log('running')`
    const flags = ['--import', 'tsx', '--conditions=@audiohost/source', '--input-type=module']
    const child = spawn(process.execPath, [...flags, '--eval', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
      detached: true,
    })
    this.#children.push(child)
    await nextLine(child)
    return child
  }

  pidFile(): string {
    return join(this.path, 'cluster', 'data', 'postmaster.pid')
  }

  async postmasterPid(): Promise<number> {
    return Number((await readFile(this.pidFile(), 'utf8')).split('\n')[0])
  }

  /** Stops or continues every process of the server, as a hung machine does. */
  async signal(name: 'SIGSTOP' | 'SIGCONT'): Promise<void> {
    const postmaster = await this.postmasterPid()
    const pids = [postmaster, ...(await childrenOf(postmaster))]
    for (const pid of pids) process.kill(pid, name)
  }

  async remove(): Promise<void> {
    for (const child of this.#children) child.kill('SIGKILL')
    for (const server of this.#started) await server.stop()
    await rm(this.parent, { recursive: true, force: true })
  }
}

async function childrenOf(parent: number): Promise<number[]> {
  const { stdout } = await promisify(execFile)('ps', ['-A', '-o', 'pid=,ppid='])
  const pairs = stdout
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/ +/).map(Number))
  return pairs.flatMap(([pid, ppid]) => (ppid === parent && pid !== undefined ? [pid] : []))
}

/** Resolves when the child has printed another line. @throws Error where it ends before */
export async function nextLine(child: ChildProcess): Promise<void> {
  if (!child.stdout) throw new Error('The output of the child is not piped')
  const reader = createInterface(child.stdout)
  const ended = once(child, 'exit').then(() => {
    throw new Error('The child ended before it said anything')
  })
  await Promise.race([once(reader, 'line'), ended])
  reader.close()
}

/** Runs the work on the server, with a pool that is closed afterwards. */
export async function withDatabase<T>(
  { url }: EmbeddedServer,
  work: (database: Database) => Promise<T>,
): Promise<T> {
  const database = connectDatabase({ address: url })
  try {
    return await work(database)
  } finally {
    await database.close()
  }
}

/** Something to be found again. */
export const makeNote = (server: EmbeddedServer): Promise<unknown> =>
  withDatabase(server, (database) => database.run((knex) => knex.raw('create table note ()')))

export const hasNote = (server: EmbeddedServer): Promise<boolean> =>
  withDatabase(server, (database) => database.run((knex) => knex.schema.hasTable('note')))
