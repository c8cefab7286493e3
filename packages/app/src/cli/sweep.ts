import { defaultSweepAgeSeconds, SweepLeftovers } from '@audiohost/core'
import { withContainer } from './with-container.ts'
import { loadConfig, readOptions, UsageError, type Command } from './command.ts'

export const sweep: Command = async (args) => {
  const options = readOptions(args, { 'older-than': { type: 'string' } })
  const ageSeconds = readAge(options['older-than'])
  const config = await loadConfig()
  const report = await withContainer(config, (container) =>
    container.get(SweepLeftovers).execute({ ageSeconds }),
  )
  process.stdout.write(`${JSON.stringify(report, null, 2)}\n`)
  if (report.failed > 0)
    throw new Error(`${report.failed} leftovers could not be removed; the log above says why`)
}

function readAge(hours: string | undefined): number {
  if (hours === undefined) return defaultSweepAgeSeconds
  if (!/^\d{1,6}(\.\d+)?$/.test(hours)) throw new UsageError('--older-than takes a number of hours')
  return Number(hours) * 3600
}
