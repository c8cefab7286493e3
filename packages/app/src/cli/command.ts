import { parseArgs, type ParseArgsConfig } from 'node:util'
import { readConfig, type Config } from '../config.ts'
import { loadEnvironment } from '../environment.ts'

export interface Command {
  readonly name: string
  readonly synopsis: string
  readonly summary: string
  run(args: readonly string[]): Promise<void>
}

/** The command line was not understood; usage follows the message. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** The options of a command. @throws UsageError for what it doesn't know */
export function readOptions<const T extends NonNullable<ParseArgsConfig['options']>>(
  args: readonly string[],
  options: T,
) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: false, strict: true }).values
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error))
  }
}

/** The configuration of this folder and environment, with all its warnings. @throws InvalidConfig */
export async function loadConfig(): Promise<Config> {
  const { variables, warnings } = await loadEnvironment(process.cwd(), process.env)
  const config = readConfig(variables)
  return { ...config, warnings: [...warnings, ...config.warnings] }
}
