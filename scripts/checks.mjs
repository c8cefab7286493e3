import { spawn } from 'node:child_process'
import { bin, build, install, root, say } from './setup.mjs'

export const allTests = ['packages/*/src/**/*.test.ts']

// What a commit should wait for. The rest waits for timers, threads, processes, disks or databases.
const unitTests = ['packages/{core,adapters-*}/src/**/*.test.ts', 'packages/app/src/*.test.ts']
const slowTests = [
  'packages/adapters-postgres/**',
  'packages/adapters-media/src/{worker-audio-probe,hostile-bytes}.test.ts',
  'packages/adapters-storage/src/{disk,gcs}/*-{faults,write,memory,full,partials}.test.ts',
  'packages/adapters-storage/src/s3/*-faults.test.ts',
  'packages/adapters-storage/src/{gcs,s3}/*-audio-content-store.test.ts',
  'packages/adapters-http/src/{hostile-input,count-attempts}.test.ts',
  'packages/adapters-http/src/uploads/*-{faults,lengths,process}.test.ts',
  'packages/adapters-http/src/server/*.test.ts',
  'packages/adapters-http/src/content/send-content.test.ts',
  'packages/adapters-identity/src/{argon2-password-hasher,hashing-threads,yandex-outage}.test.ts',
]
const ignored = slowTests.flatMap((pattern) => ['--ignore', pattern])
export const unitTestStep = ['unit tests', bin('mocha'), ['--reporter', 'dot', ...ignored, ...unitTests]]

const node = (script, ...args) => [
  process.execPath,
  ['--import', 'tsx', '--conditions=@audiohost/source', script, ...args],
]

// Two cores, two lanes of about the same length.
const lanes = [
  [
    ['lint', bin('eslint'), ['.', '--cache', '--cache-location', 'node_modules/.cache/eslint/']],
    ['dependency rules', bin('depcruise'), ['packages']],
    ['dead code', bin('knip'), []],
  ],
  [
    ['types', bin('tsc'), ['-p', 'tsconfig.check.json']],
    ['format', bin('prettier'), ['--check', '--log-level', 'warn', '--cache', '.']],
    ['links', process.execPath, ['scripts/check-links.mjs']],
    ['docker-compose.yml', bin('dclint'), ['--quiet', 'docker-compose.yml']],
    ['Dockerfile', bin('dockerfile-utils'), ['lint', 'Dockerfile']],
    ['openapi', ...node('scripts/write-openapi.mts', '--check')],
  ],
]

/** All that can be said of the sources without running the product, and `more`. Ends the process where a step fails. */
export async function runChecks(...more) {
  install({ tools: true })
  build()
  const [first, second] = lanes
  const outcomes = await Promise.all([runLane(first), runLane([...second, ...more])])
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
