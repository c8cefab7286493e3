import { CreateAdmin, InvalidInput } from '@audiohost/core'
import { withContainer } from './with-container.ts'
import { loadConfig, readOptions, UsageError, type Command } from './command.ts'
import { readNewPassword } from './read-password.ts'

export const createAdmin: Command = async (args) => {
  const options = {
    email: { type: 'string' },
    name: { type: 'string' },
    surname: { type: 'string' },
  } as const
  const { email, name, surname } = readOptions(args, options)
  if (email === undefined || name === undefined || surname === undefined) {
    throw new UsageError('create-admin needs --email, --name and --surname')
  }
  const config = await loadConfig()
  const password = await readNewPassword(process.stdin, process.stderr)
  const { outcome, user } = await withContainer(config, (container) =>
    container.get(CreateAdmin).execute({ email, name, surname, password }).catch(explain),
  )
  process.stdout.write(
    outcome === 'created'
      ? `Created the administrator ${user.email ?? email} (${user.id}).\n`
      : `${user.email ?? email} (${user.id}) had an account already: it is an active administrator now, with its name and password as they were.\n`,
  )
}

function explain(error: unknown): never {
  if (!(error instanceof InvalidInput)) throw error
  throw new Error(
    `The administrator was not created:\n${error.issues.map(({ message }) => `  - ${message}`).join('\n')}`,
  )
}
