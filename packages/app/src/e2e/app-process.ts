import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'

// Named by its place: the process runs in a folder from which it would not be found.
const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href
const main = new URL('../main.ts', import.meta.url).pathname
const sources = ['--import', tsx, '--conditions=@audiohost/source', main]

export interface AppProcessOptions {
  readonly args: readonly string[]
  readonly variables: Readonly<Record<string, string>>
  /** A folder without a `.env`. */
  readonly cwd: string
  readonly input?: string
  /** What Node is to run instead of the sources. */
  readonly main?: string
}

/** The application as a process of its own, as operators run it. */
export class AppProcess {
  readonly #child: ChildProcess
  #output = ''
  #report = ''

  constructor({ args, variables, cwd, input, main }: AppProcessOptions) {
    const program = main === undefined ? sources : [main]
    this.#child = spawn(process.execPath, [...program, ...args], {
      cwd,
      env: { PATH: process.env['PATH'], ...variables },
      stdio: 'pipe',
    })
    this.#child.stdout?.on('data', (chunk: Buffer) => {
      this.#output += chunk.toString()
      this.#report += chunk.toString()
    })
    this.#child.stderr?.on('data', (chunk: Buffer) => (this.#output += chunk.toString()))
    this.#child.stdin?.end(input ?? '')
  }

  get pid(): number {
    if (this.#child.pid === undefined) throw new Error('The process did not start')
    return this.#child.pid
  }

  /** Standard output and standard error together, so far. */
  get output(): string {
    return this.#output
  }

  /** Standard output alone, so far. */
  get report(): string {
    return this.#report
  }

  /** Resolves with the match once the output shows the pattern. Rejects where the process ends before. */
  async shows(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const match = pattern.exec(this.#output)
      if (match) return match
      if (this.#child.exitCode !== null || this.#child.signalCode !== null) {
        throw new Error(`The process ended before it showed ${pattern.source}:\n${this.#output}`)
      }
      await Promise.race([
        once(this.#child.stdout ?? this.#child, 'data'),
        once(this.#child.stderr ?? this.#child, 'data'),
        once(this.#child, 'close'),
      ])
    }
  }

  /** Sends the signal, where one is given, and resolves with the exit code once the process has ended. */
  async ends(signal?: NodeJS.Signals): Promise<number | null> {
    if (signal) this.#child.kill(signal)
    if (this.#child.exitCode === null && this.#child.signalCode === null) await once(this.#child, 'close')
    return this.#child.exitCode
  }
}

/** Whether a process of this id runs (a zombie does not). */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
  } catch {
    return false
  }
  if (process.platform !== 'linux') return true
  return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
}
