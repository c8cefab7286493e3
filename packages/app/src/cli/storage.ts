import { isDeepStrictEqual } from 'node:util'
import {
  CopyContents,
  type AudioContentStore,
  type CopyContentsInput,
  type CopyReport,
} from '@audiohost/core'
import type { Container } from 'inversify'
import { getValue } from '../bind-class.ts'
import type { Config } from '../config.ts'
import { loadEnvironment } from '../environment.ts'
import { startProgressBar } from '../progress-bar.ts'
import { counted, formatBytes } from '../quantities.ts'
import { ports } from '../tokens.ts'
import { readOptions, UsageError, type Command } from './command.ts'
import { openCopyTarget } from './copy-target.ts'
import { interruptible } from './interruptible.ts'
import { configWithStore } from './named-store.ts'
import { withContainer } from './with-container.ts'

const options = {
  from: { type: 'string' },
  to: { type: 'string' },
  new: { type: 'boolean' },
  verify: { type: 'boolean' },
  json: { type: 'boolean' },
} as const

export const storage: Command = async ([action, ...args]) => {
  if (action !== 'copy') throw new UsageError('storage takes one action: storage copy')
  const { from, to, new: isNew = false, verify = false, json = false } = readOptions(args, options)
  if (from === undefined || to === undefined) throw new UsageError('storage copy takes --from and --to')
  const { variables } = await loadEnvironment(process.cwd(), process.env)
  const [source, target] = [configWithStore(from, variables), configWithStore(to, variables)]
  if (isDeepStrictEqual(source.storage, target.storage)) throw new UsageError('--from and --to are one store')

  const startedAt = new Date()
  const report = await interruptible((signal) => copy({ source, target, isNew }, { verify, signal }))
  process.stdout.write(json ? jsonOf({ startedAt, from, to, verify, report }) : describe(report))
  // So that nobody switches over to a store that lacks something.
  if (report.isInterrupted || report.failures.length > 0) process.exitCode = 1
}

interface Sides {
  /** Its store is the source. */
  readonly source: Config
  readonly target: Config
  /** Whether the target is to be made. */
  readonly isNew: boolean
}

async function copy({ source, target, isNew }: Sides, input: CopyContentsInput): Promise<CopyReport> {
  return withContainer(source, async (container) => {
    const opened = await openCopyTarget(target.storage, { isNew })
    try {
      await opened.contents.check()
      return await copyContents(container, opened.contents, input)
    } finally {
      await opened.close()
    }
  })
}

async function copyContents(
  container: Container,
  to: AudioContentStore,
  input: CopyContentsInput,
): Promise<CopyReport> {
  const copying = new CopyContents({
    inventory: getValue(container, ports.inventory),
    leftovers: getValue(container, ports.leftovers),
    audio: getValue(container, ports.audio),
    from: getValue(container, ports.contents),
    to,
  })
  const bar = await startProgressBar({ label: 'copying', format: formatBytes })
  try {
    return await copying.execute({
      ...input,
      onProgress: (done, due) => {
        bar.update(done.bytes, due.bytes)
      },
    })
  } finally {
    bar.stop()
  }
}

interface CopyRun {
  readonly startedAt: Date
  readonly from: string
  readonly to: string
  readonly verify: boolean
  readonly report: CopyReport
}

const mostFailures = 1000

const jsonOf = ({ startedAt, report, ...run }: CopyRun): string =>
  `${JSON.stringify(
    {
      command: 'storage copy',
      version: 1,
      started_at: startedAt,
      finished_at: new Date(),
      ...run,
      interrupted: report.isInterrupted,
      passes: report.passes,
      copied: report.copied,
      present: report.present,
      gone: report.gone,
      failed: report.failures.length,
      failures: report.failures.slice(0, mostFailures).map(({ id, ownerId, sizeBytes, fault }) => ({
        audio_id: id,
        owner_id: ownerId,
        size: sizeBytes,
        fault,
      })),
    },
    undefined,
    2,
  )}\n`

function describe({ copied, present, gone, failures, isInterrupted }: CopyReport): string {
  const lines = [
    `Copied ${counted(copied.contents, 'content')} (${formatBytes(copied.bytes)}).`,
    ...(present.contents > 0 ? [`${counted(present.contents, 'content')} were there already.`] : []),
    ...(gone > 0 ? [`${gone} were deleted meanwhile.`] : []),
    ...(failures.length > 0 ? [`${failures.length} could not be copied:`] : []),
    ...failures.slice(0, mostFailures).map(({ id, fault }) => `  ${id} ${fault.replace('_', ' ')}`),
    ...(isInterrupted ? ['Stopped: the next run goes on from here.'] : []),
  ]
  return `${lines.join('\n')}\n`
}
