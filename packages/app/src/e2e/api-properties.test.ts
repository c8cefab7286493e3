import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import { password, startTestServer } from './test-server.ts'

const isRequired = process.env['CI'] === 'true' && process.env['REQUIRE_SERVICES'] === '1'
const hasSchemathesis = spawnSync('schemathesis', ['--version']).status === 0
const folder = fileURLToPath(new URL('schemathesis/', import.meta.url))

/** Every run sends the same requests. SCHEMATHESIS_SEED and SCHEMATHESIS_EXAMPLES look further. */
const seed = process.env['SCHEMATHESIS_SEED'] ?? '1'
const examples = process.env['SCHEMATHESIS_EXAMPLES'] ?? '15'

if (hasSchemathesis || isRequired) {
  describe('the API and its OpenAPI document', () => {
    it('agree on requests that Schemathesis makes up', async function () {
      this.timeout(0)
      const server = await startTestServer({ ACCESS_TOKEN_TTL_SECONDS: '3600' })
      try {
        await server.administrator('ada')
        const { code, output } = await runSchemathesis(server.origin)
        expect(code, output).to.equal(0)
        expect(output).to.match(/Tested: +\d/)
        const faults = server.logged.filter((line) => line.includes('"internal_error"'))
        expect(faults).to.deep.equal([])
      } finally {
        await server.close()
      }
    })
  })
}

async function runSchemathesis(origin: string): Promise<{ code: number | null; output: string }> {
  const child = spawn(
    'schemathesis',
    [
      ...['--config-file', 'schemathesis.toml', 'run', `${origin}/openapi.json`],
      ...['--phases', 'examples,coverage,fuzzing', '--max-examples', examples, '--seed', seed],
      ...['--continue-on-failure', '--no-color', '--output-sanitize', 'false'],
    ],
    {
      cwd: folder,
      env: {
        ...process.env,
        SCHEMATHESIS_HOOKS: `${folder}hooks.py`,
        PYTHONDONTWRITEBYTECODE: '1',
        API: origin,
        API_EMAIL: 'ada@example.org',
        API_PASSWORD: password,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  )
  let output = ''
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()))
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, output }
}
