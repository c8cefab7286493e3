import type { Container } from 'inversify'
import { migrateDatabase } from '@audiohost/adapters-postgres'
import type { Config } from '../config.ts'
import { createContainer } from '../container.ts'
import { keptInternalSecret } from '../internal-secret.ts'
import { createLog } from '../log.ts'
import { logIncidents } from '../log-incidents.ts'
import { openContents } from '../open-contents.ts'
import { openDatabase } from '../open-database.ts'
import { onTerminal } from '../progress.ts'

/** Runs one command over the whole of the application, beside a server that may be running. */
export async function withContainer<T>(
  config: Config,
  use: (container: Container) => Promise<T>,
): Promise<T> {
  const log = createLog(config)
  const opened = await openDatabase({ config, log, progress: onTerminal, role: 'command' })
  try {
    if (config.migrateOnStart) await migrateDatabase(opened.database)
    const contents = await openContents(config.storage)
    const internalSecret = config.secrets.current ?? (await keptInternalSecret(config.dataFolder))
    return await use(
      await createContainer({
        config,
        internalSecret,
        database: opened.database,
        contents,
        incidents: logIncidents(log),
      }),
    )
  } finally {
    await opened.close()
  }
}
