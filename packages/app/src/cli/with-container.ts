import type { Container } from 'inversify'
import type { Config } from '../config.ts'
import { createLog } from '../log.ts'
import { openApplication } from '../open-application.ts'
import { onTerminal } from '../progress.ts'

/** Runs one command over the whole of the application, beside a server that may be running. */
export async function withContainer<T>(
  config: Config,
  use: (container: Container) => Promise<T>,
): Promise<T> {
  const log = createLog(config, process.stderr)
  const application = await openApplication({ config, log, progress: onTerminal, role: 'command' })
  try {
    return await use(application.container)
  } finally {
    await application.close()
  }
}
