// npm test: the checks, the packages as others would install them, and every test.
import { allTests, runChecks } from './checks.mjs'
import { bin, run, say } from './setup.mjs'

const began = Date.now()
await runChecks()
say('packages ...')
run(process.execPath, ['scripts/check-packages.mjs'])
say('all tests ...')
run(bin('mocha'), process.env.CI ? ['--forbid-pending', ...allTests] : allTests)
say(`everything passed in ${((Date.now() - began) / 1000).toFixed(0)} s`)
