import { describeConfig } from '../describe-config.ts'
import { loadConfig, readOptions, type Command } from './command.ts'

export const showConfig: Command = async (args) => {
  readOptions(args, {})
  process.stdout.write(`${JSON.stringify(describeConfig(await loadConfig()), null, 2)}\n`)
}
