import { existsSync } from 'node:fs'
import { hostname } from 'node:os'
import type { Logger } from 'pino'
import { addressOf, type Config } from '../config.ts'
import { LinesOfATurn } from '../lines-of-a-turn.ts'
import { createLog } from '../log.ts'
import { onTerminal, silent } from '../progress.ts'
import { openDatabase } from '../open-database.ts'
import type { RunningServer } from '../server.ts'
import { commandLine, neededVariables, type Start } from './command-line.ts'
import { loadConfig, readOptions, type Command } from './command.ts'

export const serve: Command = async (args) => {
  const { welcome = false } = readOptions(args, { welcome: { type: 'boolean' } })
  const config = await loadConfig()
  const lines = new LinesOfATurn(process.stdout)
  process.on('exit', lines.flush)
  const log = createLog(config, lines)
  for (const warning of config.warnings) log.warn(warning)

  const began = performance.now()
  const options = { config, log, progress: welcome ? onTerminal : silent }
  // PostgreSQL comes up while the rest of the server is being loaded: a quarter of the start.
  const opening = openDatabase({ ...options, role: 'serve' })
  opening.catch(() => undefined)
  const { startServer } = await import('../server.ts')
  const server = await startServer({ ...options, opening })
  stopOnSignals(server, log)
  const address = publicAddress(config, server.port)
  log.info({ address, host: config.host, port: server.port }, 'listening')
  if (welcome) process.stderr.write(welcomeText(config, address, (performance.now() - began) / 1000))
}

/** The public address, unless it was left to its default and the port was chosen by the system. */
function publicAddress(config: Config, port: number): string {
  return config.port === 0 ? `http://localhost:${port}` : addressOf(config.publicUrl)
}

function welcomeText(config: Config, address: string, seconds: number): string {
  const start = startOfThisProcess()
  const needed = neededVariables(start)
  return `audiohost: ready in ${seconds.toFixed(1)} s

  ${address}/        where to begin
  ${address}/docs    the API, to read and to try
  ${config.dataFolder}    what is kept

  the first administrator${needed.length > 0 ? `, with the same ${needed.join(', ')}` : ''}:
  ${commandLine(start, 'create-admin --email you@example.org --name Ada --surname Lovelace')}

  Ctrl-C stops it.

`
}

function startOfThisProcess(): Start {
  const isContainer = existsSync('/.dockerenv') || existsSync('/run/.containerenv')
  return {
    script: process.argv[1] ?? '',
    folder: process.cwd(),
    environment: process.env,
    container: isContainer ? hostname() : undefined,
  }
}

function stopOnSignals(server: RunningServer, log: Logger): void {
  let isStopping = false
  const stop = (signal: NodeJS.Signals): void => {
    if (isStopping) {
      log.warn({ signal }, 'stopping at once')
      process.exit(1)
    }
    isStopping = true
    log.info({ signal }, 'stopping')
    server.close().then(
      () => {
        log.info('stopped')
        process.exit(0)
      },
      (error: unknown) => {
        log.fatal({ err: error }, 'could not stop cleanly')
        process.exit(1)
      },
    )
  }
  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)
  const crash = (error: unknown): void => {
    log.fatal({ err: error }, 'a fault that nothing handled; ending, to be started again')
    process.exit(1)
  }
  // After such a fault nobody knows what state is left, so the process ends.
  process.on('uncaughtException', crash)
  process.on('unhandledRejection', crash)
}
