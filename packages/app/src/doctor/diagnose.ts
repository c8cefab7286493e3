import { DatabaseUnusable } from '@audiohost/adapters-postgres'
import { loadConfig } from '../cli/command.ts'
import { InvalidConfig, type Config } from '../config.ts'
import { errorMessage } from '../error-message.ts'
import { createLog } from '../log.ts'
import { assembleApplication, type Application } from '../open-application.ts'
import { openDatabase, type OpenedDatabase } from '../open-database.ts'
import { onTerminal } from '../progress.ts'
import { checkClock, checkSchema, checkSpace, checkStorage } from './check-environment.ts'
import { checkContents, checkLeftovers, checkUploadParts, checkUsage, type CheckRun } from './check-kept.ts'
import type { CheckName, CheckResult } from './check-result.ts'
import { Checklist } from './checklist.ts'

export interface DiagnoseOptions {
  /** Mend what can be mended; else nothing is changed. */
  readonly fix: boolean
  readonly signal: AbortSignal
}

/** Checks everything from the configuration down to each row and content. Never throws for what is wrong. */
export async function diagnose(options: DiagnoseOptions): Promise<readonly CheckResult[]> {
  const list = new Checklist()
  const config = await configuration(list)
  if (config) await diagnoseDatabase(list, config, options)
  return list.results()
}

async function configuration(list: Checklist): Promise<Config | undefined> {
  try {
    const config = await loadConfig()
    list.note('configuration', { summary: ['complete', ...config.warnings].join('\n') })
    return config
  } catch (error) {
    if (!(error instanceof InvalidConfig)) throw error
    list.note('configuration', { outcome: 'problem', found: 1, summary: errorMessage(error) })
    return undefined
  }
}

async function diagnoseDatabase(list: Checklist, config: Config, options: DiagnoseOptions): Promise<void> {
  const log = createLog(config, process.stderr)
  const open = () => openDatabase({ config, log, progress: onTerminal, role: 'command' })
  const opened = await database(list, open)
  if (!opened) return
  await list.run('space', () => checkSpace(config))
  await list.run('clock', () => checkClock(opened.database))
  await list.run('schema', () => checkSchema(opened.database))
  const isCurrent = list.results().some(({ name, outcome }) => name === 'schema' && outcome === 'ok')
  if (!isCurrent) {
    await opened.close()
    return
  }
  const application = await storage(list, config, opened)
  if (!application) return
  try {
    await diagnoseKept(list, config, { ...options, container: application.container })
  } finally {
    await application.close()
  }
}

/** A database that answers and cannot be used is a problem found; one that does not answer is unchecked. */
async function database(
  list: Checklist,
  open: () => Promise<OpenedDatabase>,
): Promise<OpenedDatabase | undefined> {
  try {
    const opened = await open()
    list.note('database', { summary: 'answers' })
    return opened
  } catch (error) {
    const outcome = error instanceof DatabaseUnusable ? 'problem' : 'unchecked'
    list.note('database', { outcome, found: outcome === 'problem' ? 1 : 0, summary: errorMessage(error) })
    return undefined
  }
}

/** A store that is not there is a problem found; what it has cannot be checked then. */
async function storage(
  list: Checklist,
  config: Config,
  opened: OpenedDatabase,
): Promise<Application | undefined> {
  let application: Application | undefined
  try {
    application = await assembleApplication(opened, { config, log: createLog(config, process.stderr) })
    list.note('storage', await checkStorage(application.contents))
    return application
  } catch (error) {
    list.note('storage', { outcome: 'problem', found: 1, summary: errorMessage(error) })
    await application?.close()
    return undefined
  }
}

const ofContents: readonly CheckName[] = [
  'contents',
  'upload_parts',
  'orphans',
  'partial_writes',
  'stuck_uploads',
  'tombstones',
]

async function diagnoseKept(list: Checklist, config: Config, run: CheckRun): Promise<void> {
  await list.run('usage', () => checkUsage(run))
  if (config.storage.driver === 'memory') {
    const summary = 'the content is in the memory of the server: nobody else can look at it'
    for (const name of ofContents) list.note(name, { outcome: 'unchecked', summary })
    return
  }
  await list.run('contents', () => checkContents(run))
  await list.run('upload_parts', () => checkUploadParts(run))
  const leftovers = await list.attempt(
    'orphans',
    () => checkLeftovers(run),
    () => ({ summary: '' }),
  )
  for (const [name, outcome] of leftovers ?? []) list.note(name, outcome)
}
