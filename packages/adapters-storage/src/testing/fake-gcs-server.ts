import { freePort, inPath, startProgram } from './programs.ts'

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

async function start(program: string): Promise<string> {
  const port = await freePort()
  const endpoint = `http://127.0.0.1:${port}`
  const flags = ['-backend', 'memory', '-scheme', 'http', '-host', '127.0.0.1', '-port', port.toString()]
  await startProgram({
    program,
    // At the public host it answers addresses of objects by themselves, as signed links are.
    args: [...flags, '-public-host', `127.0.0.1:${port}`, '-log-level', 'error'],
    isReady: () => answers(endpoint),
  })
  return endpoint
}

const answers = (endpoint: string): Promise<boolean> =>
  fetch(`${endpoint}/storage/v1/b?project=test`).then(
    (response) => response.ok,
    () => false,
  )
