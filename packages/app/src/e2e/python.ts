import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'

const isRequired = process.env['CI'] === 'true' && process.env['REQUIRE_SERVICES'] === '1'

/**
 * Whether this machine can run tests with a Python module. If services are required, a missing module fails
 * the test.
 */
export const hasPythonModule = (name: string): boolean =>
  isRequired || spawnSync('python3', ['-c', `import ${name}`]).status === 0

/** Runs a program and resolves with what it printed. @throws if it fails */
export async function runPython(program: string, input: Readonly<Record<string, string>>): Promise<string> {
  const child = spawn('python3', ['-c', program], {
    env: { ...process.env, ...input },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let [output, errors] = ['', '']
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()))
  const [code] = (await once(child, 'close')) as [number | null]
  if (code !== 0) throw new Error(`Python ended with ${code ?? 'a signal'}: ${errors}`)
  return output.trim()
}
