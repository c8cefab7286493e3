import { readFileSync, rmSync } from 'node:fs'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startEmbeddedServer } from '../embedded-server.ts'

/** A server whose databases nobody needs after the run. */
export interface TestServer {
  /** Of somebody who may create databases. */
  readonly url: string
  stop(): Promise<void>
}

const impatient = {
  settings: { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', max_connections: '200' },
  initArguments: ['--no-sync'],
}

/** That of TEST_DATABASE_URL, else an embedded one in a temporary folder, which does not wait for the disk. */
export async function startTestServer(): Promise<TestServer> {
  const url = process.env['TEST_DATABASE_URL']
  if (url !== undefined && url !== '') return { url, stop: () => Promise.resolve() }

  const folder = await mkdtemp(join(tmpdir(), 'audiohost-database-'))
  // Where we are root, the server is somebody else and has to come in.
  await chmod(folder, 0o711)
  const server = await startEmbeddedServer({ folder, log: () => undefined }, impatient)
  const abandon = (): void => {
    killServerIn(folder)
  }
  process.once('exit', abandon)
  return {
    url: server.url,
    stop: async () => {
      await server.stop()
      process.off('exit', abandon)
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** For a run that ends without its hooks: nothing asynchronous happens any more. */
function killServerIn(folder: string): void {
  try {
    const [pid] = readFileSync(join(folder, 'cluster', 'data', 'postmaster.pid'), 'utf8').split('\n')
    process.kill(Number(pid), 'SIGQUIT')
  } catch {
    // It has gone already.
  }
  rmSync(folder, { recursive: true, force: true, maxRetries: 3 })
}
