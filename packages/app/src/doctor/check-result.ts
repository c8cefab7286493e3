/** In the order in which they are made; the ones behind need what the ones before found in order. */
export const checkNames = [
  'configuration',
  'database',
  'schema',
  'clock',
  'storage',
  'space',
  'contents',
  'upload_parts',
  'orphans',
  'partial_writes',
  'stuck_uploads',
  'tombstones',
  'usage',
] as const

export type CheckName = (typeof checkNames)[number]

export interface CheckResult {
  readonly name: CheckName
  /** `unchecked`: nobody knows; `summary` says why. */
  readonly outcome: 'ok' | 'problem' | 'fixed' | 'unchecked'
  /** For people; its words may change. */
  readonly summary: string
  /** How many things are wrong, and how many of them are right now. */
  readonly found: number
  readonly fixed: number
  /** What is wrong, one by one: the first thousand. */
  readonly items: readonly object[]
}

export type CheckOutcome = Partial<CheckResult> & Pick<CheckResult, 'summary'>

/** 0: healthy. 1: something is wrong and not mended. 2: something could not be checked. */
export function exitCodeOf(results: readonly CheckResult[]): 0 | 1 | 2 {
  if (results.some(({ outcome }) => outcome === 'unchecked')) return 2
  return results.some(({ outcome }) => outcome === 'problem') ? 1 : 0
}

const meanings = { 0: 'healthy', 1: 'problems', 2: 'unchecked' } as const

export interface DoctorRun {
  readonly startedAt: Date
  readonly fix: boolean
  readonly results: readonly CheckResult[]
}

export const jsonReport = ({ startedAt, fix, results }: DoctorRun): string =>
  `${JSON.stringify(
    {
      command: 'doctor',
      version: 1,
      started_at: startedAt,
      finished_at: new Date(),
      fix,
      outcome: meanings[exitCodeOf(results)],
      checks: results,
    },
    undefined,
    2,
  )}\n`

const shownItems = 20

export function textReport({ fix, results }: DoctorRun): string {
  const lines = results.flatMap(({ name, outcome, summary, items }) => [
    `${outcome.padEnd(10)}${name.padEnd(16)}${summary.replaceAll('\n', `\n${' '.repeat(26)}`)}\n`,
    ...items.slice(0, shownItems).map((item) => `${' '.repeat(26)}${describeItem(item)}\n`),
    ...(items.length > shownItems ? [`${' '.repeat(26)}... (--json names more)\n`] : []),
  ])
  const isMendable = !fix && results.some(({ outcome }) => outcome === 'problem')
  return `${lines.join('')}${isMendable ? '\nNothing was changed: doctor --fix mends what it can.\n' : ''}`
}

const describeItem = (item: object): string =>
  Object.values(item)
    .filter((value) => value !== null && typeof value !== 'boolean')
    .map((value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value)))
    .join(' ')
