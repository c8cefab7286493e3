import { describeConfig } from '../describe-config.ts'
import { loadConfig, readOptions, type Command } from './command.ts'

export const showConfig: Command = {
  name: 'config',
  synopsis: 'config',
  summary: 'Print the configuration in force, without secrets.',
  async run(args) {
    readOptions(args, {})
    process.stdout.write(`${JSON.stringify(describeConfig(await loadConfig()), null, 2)}\n`)
  },
}
