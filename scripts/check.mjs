// npm run check: what to run before a commit; needs no service.
import { runChecks, unitTestStep } from './checks.mjs'
import { say } from './setup.mjs'

const began = Date.now()
await runChecks(unitTestStep)
say(`the check passed in ${((Date.now() - began) / 1000).toFixed(0)} s`)
