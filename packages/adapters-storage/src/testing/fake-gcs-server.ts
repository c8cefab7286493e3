import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'

let server: ChildProcess | undefined

after(() => {
  server?.kill()
})

/**
 * The address of an emulator (https://github.com/fsouza/fake-gcs-server): that of TEST_GCS_ENDPOINT, or of one started here
 * from FAKE_GCS_SERVER or from the PATH; `undefined` where there is none.
 */
export async function emulatorEndpoint(): Promise<string | undefined> {
  const given = process.env['TEST_GCS_ENDPOINT']
  if (given !== undefined && given !== '') return given
  const program = process.env['FAKE_GCS_SERVER'] ?? inPath('fake-gcs-server')
  return program === undefined ? undefined : start(program)
}

export async function aBucket(endpoint: string, name: string): Promise<string> {
  const response = await fetch(`${endpoint}/storage/v1/b?project=test`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name }),
  })
  if (!response.ok) throw new Error(`No bucket ${name}: ${response.status} ${await response.text()}`)
  return name
}

function inPath(name: string): string | undefined {
  try {
    return execFileSync('which', [name], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()
  } catch {
    return undefined
  }
}

async function start(program: string): Promise<string> {
  const port = await freePort()
  const flags = ['-backend', 'memory', '-scheme', 'http', '-host', '127.0.0.1', '-port', port.toString()]
  server = spawn(program, [...flags, '-log-level', 'error'], { stdio: ['ignore', 'ignore', 'inherit'] })
  const endpoint = `http://127.0.0.1:${port}`
  const deadline = Date.now() + 10_000
  while (!(await answers(endpoint))) {
    if (server.exitCode !== null || Date.now() > deadline) throw new Error(`${program} does not start`)
    // A program of its own, which tells nobody when it is ready.
    await delay(20)
  }
  return endpoint
}

const answers = (endpoint: string): Promise<boolean> =>
  fetch(`${endpoint}/storage/v1/b?project=test`).then(
    (response) => response.ok,
    () => false,
  )

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const address = probe.address()
  probe.close()
  await once(probe, 'close')
  if (address === null || typeof address === 'string') throw new Error('No port')
  return address.port
}
