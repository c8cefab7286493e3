import { createAdmin } from './create-admin.ts'
import { migrate } from './migrate.ts'
import { serve } from './serve.ts'
import { showConfig } from './show-config.ts'
import { sweep } from './sweep.ts'
import type { Command } from './command.ts'

export { UsageError } from './command.ts'

export const commands: readonly Command[] = [serve, migrate, createAdmin, sweep, showConfig]

export function usage(): string {
  const rows = commands.map(({ synopsis, summary }) => `  ${synopsis}\n      ${summary}\n`)
  return `audiohost: self-hosted audio\n\nusage: audiohost COMMAND\n\n${rows.join('')}\nSettings come from the environment and from .env; see .env.example.\n`
}
