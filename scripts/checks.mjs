import { spawn } from 'node:child_process'
import { bin, build, install, root, say } from './setup.mjs'

// Where the tests are. Those of `unit` need no service and no other process.
export const unitTests = [
  'packages/{core,adapters-http,adapters-identity,adapters-media,adapters-storage}/src/**/*.test.ts',
  'packages/app/src/*.test.ts',
]
export const allTests = ['packages/*/src/**/*.test.ts']

const node = (script, ...args) => [
  process.execPath,
  ['--import', 'tsx', '--conditions=@audiohost/source', script, ...args],
]

// Lint takes as long as all the others, so it has a core of its own.
const lanes = [
  [['lint', bin('eslint'), ['.', '--cache', '--cache-location', 'node_modules/.cache/eslint/']]],
  [
    ['types', bin('tsc'), ['-p', 'tsconfig.check.json']],
    ['format', bin('prettier'), ['--check', '--log-level', 'warn', '--cache', '.']],
    ['dependency rules', bin('depcruise'), ['packages']],
    ['dead code', bin('knip'), []],
    ['links', process.execPath, ['scripts/check-links.mjs']],
    ['container files', bin('dclint'), ['--quiet', 'docker-compose.yml']],
    ['container files', bin('dockerfile-utils'), ['lint', 'Dockerfile']],
    ['openapi', ...node('scripts/write-openapi.mts', '--check')],
  ],
]

/** All that can be said of the sources without running the product. Ends the process where a step fails. */
export async function runChecks() {
  install({ tools: true })
  build()
  const outcomes = await Promise.all(lanes.map(runLane))
  if (outcomes.includes(false)) process.exit(1)
}

async function runLane(steps) {
  for (const [name, command, args] of steps) {
    const { status, output } = await outcomeOf(command, args)
    say(`${name}: ${status === 0 ? 'ok' : 'failed'}`)
    if (status === 0) continue
    process.stderr.write(output)
    return false
  }
  return true
}

function outcomeOf(command, args) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    child.stdout.on('data', (chunk) => (output += chunk))
    child.stderr.on('data', (chunk) => (output += chunk))
    child.on('error', (error) => resolve({ status: 1, output: `${error.message}\n` }))
    child.on('close', (status) => resolve({ status, output }))
  })
}
