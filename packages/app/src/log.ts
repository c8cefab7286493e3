import { pino, type Logger } from 'pino'
import type { Config } from './config.ts'

/** JSON lines on standard output. What could name a person or open a door is cut out, wherever it turns up. */
export function createLog(config: Pick<Config, 'logLevel'>): Logger {
  return pino({
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
  })
}
