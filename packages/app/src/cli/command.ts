import { parseArgs } from 'node:util'
import { readConfig, type Config } from '../config.ts'
import { loadEnvironment } from '../environment.ts'

/** Runs with the arguments behind its name; its errors are shown without a stack. */
export type Command = (args: readonly string[]) => Promise<void>

/** The command line was not understood; usage follows the message. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

export type OptionKinds = Readonly<Record<string, { readonly type: 'string' | 'boolean' }>>

export type OptionValues<Kinds extends OptionKinds> = {
  readonly [Name in keyof Kinds]?: Kinds[Name]['type'] extends 'string' ? string : boolean
}

/** The options of a command. @throws UsageError for what it doesn't know */
export function readOptions<const Kinds extends OptionKinds>(
  args: readonly string[],
  options: Kinds,
): OptionValues<Kinds> {
  try {
    return parseArgs({ args: [...args], options, strict: true }).values
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
