import { exitCodeOf, jsonReport, textReport } from '../doctor/check-result.ts'
import { diagnose } from '../doctor/diagnose.ts'
import { readOptions, type Command } from './command.ts'
import { interruptible } from './interruptible.ts'

export const doctor: Command = async (args) => {
  const { fix = false, json = false } = readOptions(args, {
    fix: { type: 'boolean' },
    json: { type: 'boolean' },
  })
  const startedAt = new Date()
  const results = await interruptible((signal) => diagnose({ fix, signal }))
  const run = { startedAt, fix, results }
  process.stdout.write(json ? jsonReport(run) : textReport(run))
  process.exitCode = exitCodeOf(results)
}
