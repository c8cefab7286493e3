import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'

const started: ChildProcess[] = []

after(() => {
  for (const program of started.splice(0)) program.kill()
})

/** Where the `PATH` has the program; `undefined` where it has none. */
export function inPath(name: string): string | undefined {
  try {
    return execFileSync('which', [name], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()
  } catch {
    return undefined
  }
}

export interface ServerProgram {
  readonly program: string
  readonly args: readonly string[]
  readonly variables?: Readonly<Record<string, string>>
  readonly isReady: () => Promise<boolean>
}

/** Runs a server until the tests end; resolves when it answers. */
export async function startProgram({ program, args, variables, isReady }: ServerProgram): Promise<void> {
  const server = spawn(program, args, {
    env: { ...process.env, ...variables },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  started.push(server)
  const deadline = Date.now() + 10_000
  while (!(await isReady())) {
    if (server.exitCode !== null || Date.now() > deadline) throw new Error(`${program} does not start`)
    // A program of its own, which tells nobody when it is ready.
    await delay(20)
  }
}

export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const address = probe.address()
  probe.close()
  await once(probe, 'close')
  if (address === null || typeof address === 'string') throw new Error('No port')
  return address.port
}
