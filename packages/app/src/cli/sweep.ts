import {
  defaultSweepAgeSeconds,
  FindLeftovers,
  SweepLeftovers,
  type Leftovers,
  type SweepReport,
} from '@audiohost/core'
import type { Container } from 'inversify'
import { startProgressBar } from '../progress-bar.ts'
import { counted, formatBytes } from '../quantities.ts'
import { loadConfig, readOptions, UsageError, type Command } from './command.ts'
import { interruptible } from './interruptible.ts'
import { withContainer } from './with-container.ts'

const options = {
  'older-than': { type: 'string' },
  'dry-run': { type: 'boolean' },
  force: { type: 'boolean' },
  json: { type: 'boolean' },
} as const

export const sweep: Command = async (args) => {
  const {
    'older-than': hours,
    'dry-run': isDry = false,
    force = false,
    json = false,
  } = readOptions(args, options)
  const ageSeconds = readAge(hours, force)
  const config = await loadConfig()
  await interruptible((signal) =>
    withContainer(config, async (container) => {
      const run = isDry ? find : remove
      await run(container, { ageSeconds, signal, json })
    }),
  )
}

interface SweepRun {
  readonly ageSeconds: number
  readonly signal: AbortSignal
  readonly json: boolean
}

async function remove(container: Container, { json, ...input }: SweepRun): Promise<void> {
  const report = await withBar('sweeping', (onProgress) =>
    container.get(SweepLeftovers).execute({ ...input, onProgress }),
  )
  const fields = snakeCased(report)
  process.stdout.write(json ? jsonOf({ dry_run: false, ...fields }) : describeSweep(report))
  if (report.failed > 0 || report.keptOrphans > 0) process.exitCode = 1
}

async function find(container: Container, { json, ...input }: SweepRun): Promise<void> {
  const leftovers = await withBar('looking for leftovers', (onProgress) =>
    container.get(FindLeftovers).execute({ ...input, onProgress }),
  )
  process.stdout.write(
    json ? jsonOf({ dry_run: true, ...snakeCased(leftovers) }) : describeLeftovers(leftovers),
  )
}

async function withBar<T>(
  label: string,
  work: (onProgress: (contents: number) => void) => Promise<T>,
): Promise<T> {
  const bar = await startProgressBar({ label, format: (contents) => counted(contents, 'content') })
  try {
    return await work((contents) => {
      bar.update(contents)
    })
  } finally {
    bar.stop()
  }
}

const minAgeHours = 1

function readAge(hours: string | undefined, force: boolean): number {
  if (hours === undefined) return defaultSweepAgeSeconds
  if (!/^\d{1,6}(\.\d+)?$/.test(hours)) throw new UsageError('--older-than takes a number of hours')
  if (Number(hours) < minAgeHours && !force) {
    throw new UsageError(
      `--older-than takes ${minAgeHours} hour or more: what is younger may belong to uploads that are waiting to go on (--force to do it all the same)`,
    )
  }
  return Number(hours) * 3600
}

const jsonOf = (report: object): string =>
  `${JSON.stringify({ command: 'sweep', version: 1, ...report }, undefined, 2)}\n`

const snakeCased = (report: object): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(report).map(([key, value]) => [
      key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
      value as unknown,
    ]),
  )

function describeSweep(report: SweepReport): string {
  const lines = [
    [report.tombstones, 'unfinished uploads and deleted audio, with what was left of their content'],
    [report.orphans, 'contents without a row'],
    [report.partialWrites, 'partial writes'],
    [report.deadSessions, 'sessions that were over'],
    [report.expiredLogins, 'sign-ins that were not finished'],
    [report.expiredKeys, 'answers kept for an Idempotency-Key'],
    [report.expiredAuditEvents, 'events of the audit log, after the retention period'],
  ] as const
  const removed = lines.filter(([count]) => count > 0).map(([count, what]) => `  ${count} ${what}\n`)
  return [
    removed.length === 0 ? 'There was nothing to remove.\n' : `Removed\n${removed.join('')}`,
    ...(report.failed > 0 ? [`${report.failed} could not be removed; the log above says why.\n`] : []),
    ...(report.keptOrphans > 0 ? [keptOrphans(report.keptOrphans)] : []),
  ].join('')
}

function describeLeftovers({ orphanBytes, ...found }: Leftovers): string {
  const { orphans, keptOrphans: kept } = found
  const lines = [
    [found.stuckUploads, 'uploads that nothing was heard of for so long'],
    [found.tombstones, 'deleted audio whose removal did not come to its end'],
    [orphans - kept, `contents without a row${kept === 0 ? ` (${formatBytes(orphanBytes)})` : ''}`],
    [found.partialWrites, 'partial writes'],
  ] as const
  const left = lines.filter(([count]) => count > 0).map(([count, what]) => `  ${count} ${what}\n`)
  return [
    left.length === 0 ? 'There is nothing to remove.\n' : `A sweep would remove\n${left.join('')}`,
    ...(kept > 0 ? [keptOrphans(kept)] : []),
  ].join('')
}

const keptOrphans = (count: number): string =>
  `${counted(count, 'content')} without a row are kept, because they are older than the database, or it knows of no audio that has its content here: is it the right one?\n`
