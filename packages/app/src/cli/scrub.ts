import { RecordFinding, ScrubContents, type ScrubProgress } from '@audiohost/core'
import type { Container } from 'inversify'
import { ContentFindings } from '../content-findings.ts'
import { startProgressBar, type ProgressBar } from '../progress-bar.ts'
import { counted, formatBytes, parseBytes } from '../quantities.ts'
import { TokenBucket } from '../token-bucket.ts'
import { loadConfig, readOptions, UsageError, type Command } from './command.ts'
import { interruptible } from './interruptible.ts'
import { withContainer } from './with-container.ts'

const options = {
  rate: { type: 'string' },
  'older-than': { type: 'string' },
  fix: { type: 'boolean' },
  json: { type: 'boolean' },
} as const

export const scrub: Command = async (args) => {
  const { rate, 'older-than': days, fix = false, json = false } = readOptions(args, options)
  const run = { bytesPerSecond: readRate(rate), ageSeconds: readAge(days), fix }
  const config = await loadConfig()
  if (config.storage.driver === 'memory') {
    throw new UsageError('the content is in the memory of the server: nobody else can read it')
  }
  const result = await interruptible((signal) =>
    withContainer(config, (container) => scrubContents(container, { ...run, signal })),
  )
  process.stdout.write(json ? `${JSON.stringify(reportOf(result), undefined, 2)}\n` : describe(result))
  if (result.findings.needAttention) process.exitCode = 1
}

interface ScrubRun {
  readonly bytesPerSecond: number
  readonly ageSeconds: number
  readonly fix: boolean
  readonly signal: AbortSignal
}

interface ScrubResult {
  readonly startedAt: Date
  readonly fix: boolean
  readonly findings: ContentFindings
  done: ScrubProgress
  due: ScrubProgress
  readBytes: number
  seconds: number
  isInterrupted: boolean
}

async function scrubContents(container: Container, { fix, ...run }: ScrubRun): Promise<ScrubResult> {
  const nothing = { contents: 0, bytes: 0 }
  const result: ScrubResult = {
    startedAt: new Date(),
    fix,
    findings: new ContentFindings(),
    done: nothing,
    due: nothing,
    readBytes: 0,
    seconds: 0,
    isInterrupted: false,
  }
  const bar = await startProgressBar({ label: 'verifying', format: formatBytes })
  const beganAt = performance.now()
  try {
    await walk(container, { ...run, result, bar })
  } catch (error) {
    if (!run.signal.aborted) throw error
    result.isInterrupted = true
  } finally {
    bar.stop()
    result.seconds = (performance.now() - beganAt) / 1000
  }
  return result
}

interface Walk extends Omit<ScrubRun, 'fix'> {
  readonly result: ScrubResult
  readonly bar: ProgressBar
}

async function walk(container: Container, { result, bar, bytesPerSecond, ...input }: Walk): Promise<void> {
  const bucket = new TokenBucket({ perSecond: bytesPerSecond })
  const record = container.get(RecordFinding)
  const found = container.get(ScrubContents).execute({
    ...input,
    pace: async (bytes, signal) => {
      bar.update((result.readBytes += bytes), result.due.bytes)
      await bucket.take(bytes, signal)
    },
    onProgress: (done, due) => {
      result.done = { ...done }
      result.due = due
    },
  })
  for await (const finding of found) {
    result.findings.add(finding, result.fix && (await record.execute(finding)))
  }
}

function readRate(rate = '20MB'): number {
  const bytes = parseBytes(rate)
  if (bytes === undefined) throw new UsageError('--rate takes bytes a second, such as 20MB')
  return bytes
}

function readAge(days = '0'): number {
  if (!/^\d{1,5}(\.\d+)?$/.test(days)) throw new UsageError('--older-than takes a number of days')
  return Number(days) * 24 * 3600
}

const reportOf = ({ findings, ...result }: ScrubResult): object => ({
  command: 'scrub',
  version: 1,
  started_at: result.startedAt,
  finished_at: new Date(),
  fix: result.fix,
  interrupted: result.isInterrupted,
  due: result.due,
  done: result.done,
  bytes_per_second: speedOf(result),
  counts: findings.counts,
  known: findings.known,
  news: findings.news,
  findings: findings.items,
})

/** What it came to, waiting for leave by `--rate` included. */
const speedOf = ({ readBytes, seconds }: Pick<ScrubResult, 'readBytes' | 'seconds'>): number =>
  Math.round(readBytes / seconds)

function describe(result: ScrubResult): string {
  const { findings, done, due, isInterrupted, fix } = result
  const rest = isInterrupted ? ` Stopped; ${due.contents - done.contents} are left for the next run.` : ''
  const verified = `Verified ${counted(done.contents, 'content')} (${formatBytes(done.bytes)}) at ${formatBytes(speedOf(result))}/s.${rest}\n`
  if (findings.items.length === 0) return `${verified}All of it is whole.\n`
  const lines = findings.items.map(
    ({ audio_id, found, recorded_before }) =>
      `  ${audio_id} ${found}${recorded_before === null ? '' : `, recorded as ${recorded_before}`}\n`,
  )
  const advice = fix || findings.news === 0 ? '' : 'Nothing was recorded: scrub --fix does.\n'
  return `${verified}Found ${findings.describe()}:\n${lines.join('')}${advice}`
}
