import { bin, build, install, root, run, say } from './setup.mjs'

// Where the tests are. Those of `unit` need no service and no other process.
export const unitTests = [
  'packages/{core,adapters-http,adapters-identity,adapters-media,adapters-storage}/src/**/*.test.ts',
  'packages/app/src/*.test.ts',
]
export const allTests = ['packages/*/src/**/*.test.ts']

/** All that can be said of the sources without running the product. The first step that fails ends the process. */
export function runChecks() {
  install({ tools: true })
  say('types ...')
  build()
  run(bin('tsc'), ['-p', 'tsconfig.check.json'])
  say('lint ...')
  run(bin('eslint'), ['.', '--cache', '--cache-location', 'node_modules/.cache/eslint/'])
  say('format ...')
  run(bin('prettier'), ['--check', '--log-level', 'warn', '--cache', '.'])
  say('dependency rules ...')
  run(bin('depcruise'), ['packages', '--log-level', 'warn'])
  say('dead code ...')
  run(bin('knip'), [])
  say('container files ...')
  run(bin('dclint'), ['--quiet', 'docker-compose.yml'])
  run(bin('dockerfile-utils'), ['lint', 'Dockerfile'])
  say('openapi ...')
  run(process.execPath, [
    '--import',
    'tsx',
    '--conditions=@audiohost/source',
    `${root}/scripts/write-openapi.mts`,
    '--check',
  ])
}
