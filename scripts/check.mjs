// npm run check: what to run before a commit; needs no service.
import { runChecks, unitTests } from './checks.mjs'
import { bin, run, say } from './setup.mjs'

const began = Date.now()
await runChecks()
say('unit tests ...')
run(bin('mocha'), unitTests)
say(`the check passed in ${((Date.now() - began) / 1000).toFixed(0)} s`)
