import {
  CheckContents,
  CheckUploadParts,
  CheckUsage,
  defaultSweepAgeSeconds,
  FindLeftovers,
  GiveUpDamagedUpload,
  RecordFinding,
  SweepLeftovers,
  type Leftovers,
  type UsageComparison,
} from '@audiohost/core'
import type { Container } from 'inversify'
import { getValue } from '../bind-class.ts'
import { ContentFindings } from '../content-findings.ts'
import { startProgressBar } from '../progress-bar.ts'
import { counted, formatBytes } from '../quantities.ts'
import { UploadPartFindings } from './upload-part-findings.ts'
import { ports } from '../tokens.ts'
import type { CheckName, CheckOutcome } from './check-result.ts'

export interface CheckRun {
  readonly container: Container
  readonly fix: boolean
  readonly signal: AbortSignal
}

/** Rows whose content is not there or has another size; whether bytes were altered only a scrub can tell. */
export async function checkContents({ container, fix, signal }: CheckRun): Promise<CheckOutcome> {
  const record = container.get(RecordFinding)
  const findings = new ContentFindings()
  const { contents: total } = await getValue(container, ports.checks).countDue(new Date(Date.now() + dayMs))
  await withBar('comparing rows with contents', async (update) => {
    const onProgress = (done: number): void => {
      update(done, total)
    }
    for await (const finding of container.get(CheckContents).execute({ onProgress, signal })) {
      findings.add(finding, fix && (await record.execute(finding)))
    }
  })
  const { news, mended, items, known } = findings
  const knownDamage = known > 0 ? `; ${known} known already: restore the content, or delete the audio` : ''
  return {
    ...outcomeOf(news, mended),
    summary: `${counted(total, 'audio', 'audio')}: ${findings.describe() || 'all contents there'}${knownDamage}`,
    items,
  }
}

const dayMs = 24 * 3600 * 1000

/** Parts of unfinished uploads; the upload of one that is lost can be given up only, for the bytes are the client's. */
export async function checkUploadParts({ container, fix, signal }: CheckRun): Promise<CheckOutcome> {
  const giveUp = container.get(GiveUpDamagedUpload)
  const findings = new UploadPartFindings()
  let total = 0
  await withBar('comparing parts of uploads', async (update) => {
    const onProgress = (done: number): void => {
      update((total = done))
    }
    for await (const upload of container.get(CheckUploadParts).execute({ onProgress, signal })) {
      findings.add(upload, fix ? await giveUp.execute(upload) : 'kept')
    }
  })
  const { found, givenUp, items } = findings
  return {
    ...outcomeOf(found, givenUp),
    summary: `${counted(total, 'part')} of unfinished uploads: ${findings.describe() || 'all there'}`,
    items,
  }
}

/** Contents without rows, and what crashes left; `--fix` is one sweep. */
export async function checkLeftovers(run: CheckRun): Promise<ReadonlyMap<CheckName, CheckOutcome>> {
  const found = await find(run)
  const isLeft = found.stuckUploads + found.tombstones + found.orphans + found.partialWrites > 0
  if (!run.fix || !isLeft) return leftoverOutcomes(found, found)
  await withBar('sweeping', async (update) => {
    const { signal } = run
    await run.container
      .get(SweepLeftovers)
      .execute({ ageSeconds: defaultSweepAgeSeconds, onProgress: update, signal })
  })
  return leftoverOutcomes(found, await find(run))
}

async function find({ container, signal }: CheckRun): Promise<Leftovers> {
  return withBar('looking for contents without a row', (update) =>
    container.get(FindLeftovers).execute({ ageSeconds: defaultSweepAgeSeconds, onProgress: update, signal }),
  )
}

function leftoverOutcomes(found: Leftovers, left: Leftovers): ReadonlyMap<CheckName, CheckOutcome> {
  const outcome = (count: (leftovers: Leftovers) => number, summary: string): CheckOutcome => ({
    ...outcomeOf(count(found), Math.max(0, count(found) - count(left))),
    summary: `${count(found)} ${summary}`,
  })
  const doubt =
    left.keptOrphans > 0
      ? `\n${left.keptOrphans} kept, for they are older than the database, or it knows of no audio that has its content here: is it the right one?`
      : ''
  const size = found.orphans > 0 ? ` (${formatBytes(found.orphanBytes)})${doubt}` : ''
  return new Map<CheckName, CheckOutcome>([
    [
      'orphans',
      {
        ...outcome(({ orphans }) => orphans, `contents without a row${size}`),
        items: found.orphanIds.map((id) => ({ content_id: id })),
      },
    ],
    ['partial_writes', outcome(({ partialWrites }) => partialWrites, 'left by writes that did not end')],
    ['stuck_uploads', outcome(({ stuckUploads }) => stuckUploads, 'that nothing was heard of for a day')],
    ['tombstones', outcome(({ tombstones }) => tombstones, 'of deleted audio that was not removed')],
  ])
}

/** The counters by which quotas are held. */
export async function checkUsage({ container, fix, signal }: CheckRun): Promise<CheckOutcome> {
  const audit = getValue(container, ports.usageAudit)
  const wrong: UsageComparison[] = []
  let fixed = 0
  await withBar('recounting usage', async (update) => {
    for await (const drift of container.get(CheckUsage).execute({ onProgress: update, signal })) {
      wrong.push(drift)
      if (!fix) continue
      await audit.recount(drift.userId)
      fixed++
    }
  })
  return {
    ...outcomeOf(wrong.length, fixed),
    summary: wrong.length === 0 ? 'counted right' : `counted wrong for ${counted(wrong.length, 'user')}`,
    items: wrong.slice(0, 1000).map(({ userId, counted: was, actual }) => ({
      user_id: userId,
      counted: was ? usageOf(was) : null,
      actual: usageOf(actual),
    })),
  }
}

const usageOf = (usage: UsageComparison['actual']): object => ({
  used_bytes: usage.usedBytes,
  used_files: usage.usedFiles,
  reserved_bytes: usage.reservedBytes,
  reserved_files: usage.reservedFiles,
})

function outcomeOf(
  found: number,
  fixed: number,
): Required<Pick<CheckOutcome, 'outcome' | 'found' | 'fixed'>> {
  if (found === 0) return { outcome: 'ok', found, fixed }
  return { outcome: fixed >= found ? 'fixed' : 'problem', found, fixed }
}

async function withBar<T>(
  label: string,
  work: (update: (done: number, total?: number) => void) => Promise<T>,
): Promise<T> {
  const bar = await startProgressBar({ label })
  try {
    return await work((done, total) => {
      bar.update(done, total)
    })
  } finally {
    bar.stop()
  }
}
