#!/usr/bin/env node
import { realpathSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { UsageError } from './cli/command.ts'
import { commands, usage } from './cli/commands.ts'
import { InvalidConfig } from './config.ts'
import { errorMessage } from './error-message.ts'

/** Runs one command of the command line. Sets the exit code: 1 where it failed, 2 where it was called wrongly. */
export async function main(args: readonly string[]): Promise<void> {
  const [name = 'help', ...rest] = args
  if (['help', '--help', '-h'].includes(name)) {
    process.stdout.write(usage())
    return
  }
  const entry = commands.find((candidate) => candidate.name === name)
  try {
    if (!entry) throw new UsageError(`there is no command ${JSON.stringify(name)}`)
    const command = await entry.load()
    await command(rest)
  } catch (error) {
    report(error)
  }
}

function report(error: unknown): void {
  const isUsage = error instanceof UsageError
  process.stderr.write(`audiohost: ${errorMessage(error)}\n`)
  if (isUsage) process.stderr.write(`\n${usage()}`)
  process.exitCode = isUsage || error instanceof InvalidConfig ? 2 : 1
}

const isEntryPoint =
  process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)
if (isEntryPoint) await main(process.argv.slice(2))
