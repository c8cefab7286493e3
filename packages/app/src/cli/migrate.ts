import { migrateDatabase } from '@audiohost/adapters-postgres'
import { createLog } from '../log.ts'
import { openDatabase } from '../open-database.ts'
import { onTerminal } from '../progress.ts'
import { loadConfig, readOptions, type Command } from './command.ts'

export const migrate: Command = async (args) => {
  readOptions(args, {})
  const config = await loadConfig()
  const opened = await openDatabase({
    config,
    log: createLog(config),
    progress: onTerminal,
    role: 'command',
  })
  try {
    const applied = await migrateDatabase(opened.database)
    process.stdout.write(
      applied.length === 0 ? 'The database is up to date.\n' : `Applied ${applied.join(', ')}.\n`,
    )
  } finally {
    await opened.close()
  }
}
