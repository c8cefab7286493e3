import type { AudioContentStore, Incident } from '@audiohost/core'
import { Argon2PasswordHasher } from '@audiohost/adapters-identity'
import { WorkerAudioProbe } from '@audiohost/adapters-media'
import {
  migrateDatabase,
  migrationStatus,
  postgresRepositories,
  type Database,
} from '@audiohost/adapters-postgres'
import type { Container } from 'inversify'
import { BackgroundRetries } from './background-retries.ts'
import { createContainer } from './container.ts'
import { keptInternalSecret } from './internal-secret.ts'
import { logIncidents } from './log-incidents.ts'
import { logSecurityEvents } from './log-security-events.ts'
import { openContents, type OpenedContents } from './open-contents.ts'
import { openDatabase, type OpenDatabaseOptions, type OpenedDatabase } from './open-database.ts'

export interface Application {
  readonly container: Container
  readonly database: Database
  readonly contents: AudioContentStore
  readonly probe: WorkerAudioProbe
  /** Closes in the reverse order what was opened. */
  close(): Promise<void>
}

export interface OpenApplicationOptions extends OpenDatabaseOptions {
  /** A database that is being opened already. */
  readonly opening?: Promise<OpenedDatabase>
  /** Called for every incident that is written to the log. */
  readonly onIncident?: ((kind: Incident['kind']) => void) | undefined
}

/** Everything below HTTP. Where a step fails, what came up before it goes down again. */
export async function openApplication(options: OpenApplicationOptions): Promise<Application> {
  const opened = await (options.opening ?? openDatabase(options))
  try {
    await prepareSchema(opened.database, options)
  } catch (error) {
    await opened.close()
    throw error
  }
  return assembleApplication(opened, options)
}

/** All that stands on a database whose schema is up to date. The database is closed with it, or where this fails. */
export async function assembleApplication(
  opened: OpenedDatabase,
  { config, log, onIncident }: Pick<OpenApplicationOptions, 'config' | 'log' | 'onIncident'>,
): Promise<Application> {
  const { database } = opened
  // Its first hash takes as long as asking the database and the store.
  const hashing = Argon2PasswordHasher.create()
  hashing.catch(() => undefined)
  const probe = new WorkerAudioProbe({ tagCharset: config.tagCharset })
  const retries = new BackgroundRetries()
  let stored: OpenedContents | undefined
  let hasher: Argon2PasswordHasher | undefined
  const close = async (): Promise<void> => {
    await retries.stop()
    await hasher?.close()
    await probe.close()
    await stored?.close()
    await opened.close()
  }
  try {
    const isNew = await postgresRepositories(database).leftovers.isEmpty()
    stored = await openContents(config.storage, { isNew })
    const { contents } = stored
    const internalSecret = config.secrets.current ?? (await keptInternalSecret(config.dataFolder))
    hasher = await hashing
    const logs = { incidents: logIncidents(log, onIncident), securityLog: logSecurityEvents(log) }
    const ports = { database, hasher, ...stored, probe, ...logs, retries }
    return {
      container: await createContainer({ config, internalSecret, ...ports }),
      database,
      contents,
      probe,
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}

async function prepareSchema(database: Database, { config, progress }: OpenDatabaseOptions): Promise<void> {
  if (config.migrateOnStart) {
    const applied = await migrateDatabase(database)
    if (applied.length > 0) progress(`brought the database up to date: ${applied.join(', ')}`)
    return
  }
  const { pending } = await migrationStatus(database)
  if (pending.length > 0) {
    throw new Error(
      `The database lacks ${pending.join(', ')}: run audiohost migrate, or set MIGRATE_ON_START=on`,
    )
  }
}
