import { setTimeout as wait } from 'node:timers/promises'
import type { Cluster, ClusterTools } from './cluster.ts'
import { EmbeddedServerFailed, FolderInUse } from './errors.ts'
import { takeGuard, type Guard } from './guard.ts'
import { findPostmaster, type Postmaster } from './postmaster.ts'
import { launch, replace, shutDown } from './server-process.ts'

export interface RunningServerOptions {
  readonly folder: string
  readonly cluster: Cluster
  readonly tools: ClusterTools
  readonly password: string
  readonly settings: Readonly<Record<string, string>>
  readonly silenceSeconds: number
  readonly log: (message: string) => void
}

// Replaying the log after a power cut takes as long as it takes; it tells that it lives meanwhile.
const recoverySeconds = 600

/** Holds the server of one folder for this process: starts or adopts it, and brings it back where it dies. */
export class RunningServer {
  readonly #options: RunningServerOptions
  #guard: Guard | undefined
  #port: number | undefined
  #supervision: Promise<void> = Promise.resolve()
  readonly #stopping = new AbortController()

  private constructor(options: RunningServerOptions) {
    this.#options = options
  }

  static async start(options: RunningServerOptions): Promise<RunningServer> {
    const server = new RunningServer(options)
    server.#guard = await server.#hold()
    server.#supervision = server.#supervise()
    return server
  }

  get port(): number {
    return this.#port ?? 0
  }

  async ensureDatabase(name: string): Promise<void> {
    const found = await this.#guard?.query(`select from pg_database where datname = '${name}'`)
    if (found?.length === 0) await this.#guard?.query(`create database ${name}`)
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    // Only while it is ours: the moment it has ended, another app may start one on the folder.
    if (this.#guard) await this.#shutDown()
    await this.#supervision
    this.#options.log('the embedded PostgreSQL has stopped')
  }

  /** The guard stays until the server ends it, so that nobody takes the folder before the server is gone. */
  async #shutDown(): Promise<void> {
    const { cluster, tools } = this.#options
    await shutDown(cluster, tools)
  }

  /** Starts or adopts until the folder is ours. */
  async #hold(): Promise<Guard> {
    const { cluster, tools, settings, log } = this.#options
    const patience = new Patience(this.#options.silenceSeconds)
    for (;;) {
      const postmaster = await findPostmaster(cluster.data)
      if (!postmaster) {
        this.#stopping.signal.throwIfAborted()
        await launch(cluster, tools, { port: this.#port, settings })
        continue
      }
      const guard = await this.#knock(postmaster, patience)
      if (guard) return guard
      if (patience.isOver()) {
        log(`the PostgreSQL with the process id ${postmaster.pid} does not answer and is started anew`)
        await replace(cluster, tools)
        patience.begin()
      }
      await wait(100)
    }
  }

  /** `undefined` where nobody answers yet. */
  async #knock({ pid, port }: Postmaster, patience: Patience): Promise<Guard | undefined> {
    const { folder, password, log } = this.#options
    try {
      const guard = await takeGuard({ folder, port, password })
      this.#port = port
      log(`PostgreSQL runs in ${folder} (process id ${pid}, 127.0.0.1:${port})`)
      return guard
    } catch (error) {
      if (error instanceof FolderInUse) throw error
      const { code } = error as NodeJS.ErrnoException
      if (code === '28P01') throw wrongPassword(folder, error)
      // Starting up, shutting down or full: it lives.
      if (/^(57P0.|53...)$/.test(code ?? '')) patience.noteSignOfLife()
      return undefined
    }
  }

  /** The server may die without us, by the hand of an operator or for want of memory. */
  async #supervise(): Promise<void> {
    for (;;) {
      await this.#guard?.lost
      this.#guard = undefined
      if (this.#isStopping()) return
      this.#options.log('the embedded PostgreSQL is gone and is brought back')
      this.#guard = await this.#regain()
      if (!this.#guard) return
      // Brought back in the very moment in which it was to stop.
      if (this.#isStopping()) await this.#shutDown()
    }
  }

  async #regain(): Promise<Guard | undefined> {
    for (let pauseMs = 100; !this.#isStopping(); pauseMs = Math.min(pauseMs * 2, 5000)) {
      try {
        return await this.#hold()
      } catch (error) {
        this.#options.log(`the embedded PostgreSQL cannot be brought back yet: ${String(error)}`)
        await wait(pauseMs, undefined, { signal: this.#stopping.signal }).catch(() => undefined)
      }
    }
    return undefined
  }

  #isStopping(): boolean {
    return this.#stopping.signal.aborted
  }
}

/** How long to wait for a server that does not let us in: briefly in silence, long where it says that it is at work. */
class Patience {
  readonly #silenceSeconds: number
  #begun = Date.now()
  #lastSign = Date.now()

  constructor(silenceSeconds: number) {
    this.#silenceSeconds = silenceSeconds
  }

  begin(): void {
    this.#begun = Date.now()
    this.#lastSign = this.#begun
  }

  noteSignOfLife(): void {
    this.#lastSign = Date.now()
  }

  isOver(): boolean {
    const now = Date.now()
    return now - this.#lastSign > this.#silenceSeconds * 1000 || now - this.#begun > recoverySeconds * 1000
  }
}

const wrongPassword = (folder: string, cause: unknown): EmbeddedServerFailed =>
  new EmbeddedServerFailed(
    `The server in ${folder} does not accept the password in ${folder}/cluster/password`,
    {
      cause,
    },
  )
