import { pino, type DestinationStream, type Logger, type LoggerOptions } from 'pino'
import type { Config } from './config.ts'

/** JSON lines, on standard output unless that is for a report. What could name a person or open a door is cut out, wherever it turns up. */
export function createLog(
  config: Pick<Config, 'logLevel'>,
  output: DestinationStream = process.stdout,
): Logger {
  const options: LoggerOptions = {
    level: config.logLevel,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    redact: {
      paths: [
        '*.password',
        '*.email',
        '*.cookie',
        '*.authorization',
        '*.connectionString',
        '*.detail',
        'err.config',
        'err.options',
      ],
      remove: true,
    },
  }
  return pino(options, output)
}
