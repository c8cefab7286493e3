import path from 'node:path'
import type { Environment } from '../config-values.ts'

/** How this process was started. The suggested command depends on it. */
export interface Start {
  /** The script that Node runs. */
  readonly script: string
  readonly folder: string
  readonly environment: Environment
  /** The name by which the host knows the container, if this is one. */
  readonly container: string | undefined
}

/** Settings that choose the database. A command without them would work on another one. */
const places = ['DATABASE_URL', 'DB_HOST', 'DB_NAME']

/**
 * A line for a shell that runs another command on the data of this process. No value that may be secret is in
 * it.
 */
export function commandLine(start: Start, args: string): string {
  const { environment, container } = start
  // In a container the next command gets the same settings as this one.
  if (container !== undefined) return `docker exec -it ${container} ${program(start)} ${args}`
  const dataFolder = environment.DATA_DIR ?? ''
  const setting = dataFolder === '' ? '' : `DATA_DIR=${quoted(path.resolve(start.folder, dataFolder))} `
  return `${setting}${program(start)} ${args}`
}

/** The variables of this process that the next command needs too, and that `commandLine` does not write. */
export const neededVariables = ({ environment, container }: Start): readonly string[] =>
  container === undefined ? places.filter((name) => (environment[name] ?? '') !== '') : []

function program({ script, folder, environment }: Start): string {
  if (environment.npm_command === 'exec') return 'npx @audiohost/app'
  if (path.basename(path.dirname(script)) === 'scripts') return 'npm run -s audiohost --'
  // A link that a package manager created.
  if (path.basename(script) === 'audiohost') return 'audiohost'
  return `node ${quoted(path.relative(folder, script))}`
}

const quoted = (text: string): string =>
  /^[\w./:@%+,-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`
