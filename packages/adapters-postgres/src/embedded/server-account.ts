import { execFile, spawn } from 'node:child_process'
import { readFile, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { promisify } from 'node:util'
import { EmbeddedServerFailed } from './errors.ts'

/** As whom the server's programs run: PostgreSQL refuses to run as root. */
export interface ServerAccount {
  /** Absent: as ourselves. */
  readonly ids?: { readonly uid: number; readonly gid: number }
  /** What lets the account through folders that only root may enter. */
  readonly capability?: 'dac_read_search' | 'dac_override'
}

/** @throws EmbeddedServerFailed where there is no account that could reach `paths` */
export async function chooseAccount(clusterFolder: string, paths: readonly string[]): Promise<ServerAccount> {
  const ownUid = process.getuid?.()
  const owner = await stat(clusterFolder).catch(() => undefined)
  if (ownUid !== 0) {
    if (ownUid !== undefined && owner && owner.uid !== ownUid)
      throw belongsToAnother(clusterFolder, owner.uid)
    return {}
  }
  const ids = owner && owner.uid !== 0 ? { uid: owner.uid, gid: owner.gid } : await findUnprivilegedAccount()
  const closed = await firstClosedFolder(paths, ids)
  return closed === undefined ? { ids } : { ids, capability: await findCapability(closed) }
}

/** Runs one of the server's programs to its end and returns what it printed. @throws EmbeddedServerFailed */
export async function runAs(
  account: ServerAccount,
  program: string,
  programArguments: readonly string[],
): Promise<string> {
  const { ids, capability } = account
  const viaSetpriv = ids !== undefined && capability !== undefined
  const [command, commandArguments] = viaSetpriv
    ? ['setpriv', [...setprivArguments(ids, capability), program, ...programArguments]]
    : [program, programArguments]
  const child = spawn(command, commandArguments, {
    ...(ids && !viaSetpriv && ids),
    // Its own process group: a Ctrl-C in the terminal is for the app, which stops the server when it has drained.
    detached: process.platform !== 'win32',
    windowsHide: true,
    cwd: process.platform === 'win32' ? undefined : '/',
    env: cleanEnvironment(),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()))
  const outcome = await new Promise<string | undefined>((resolve) => {
    child.on('error', (error) => {
      resolve(`cannot be run on this system (set DATABASE_URL to a PostgreSQL of yours): ${error.message}`)
    })
    child.on('close', (code, signal) => {
      resolve(code === 0 ? undefined : `ended with ${(code ?? signal ?? 'nothing').toString()}`)
    })
  })
  if (outcome !== undefined) throw new EmbeddedServerFailed(`${program} ${outcome}: ${output.trim()}`)
  return output
}

/** Not ours as a whole: it holds secrets, and variables such as PGDATA or LC_ALL change what the programs do. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  const kept = ['PATH', 'TMPDIR', 'TEMP', 'TMP', 'SystemRoot', 'SystemDrive', 'windir', 'COMSPEC']
  const entries = kept.map((name) => [name, process.env[name]] as const)
  return { ...Object.fromEntries(entries.filter(([, value]) => value !== undefined)), LC_ALL: 'C', TZ: 'UTC' }
}

const setprivArguments = (
  ids: { readonly uid: number; readonly gid: number },
  capability: string,
): string[] => [
  `--reuid=${ids.uid}`,
  `--regid=${ids.gid}`,
  '--clear-groups',
  // Else access(2) leaves the capability aside (kernel: access_override_creds), and PostgreSQL asks it for its programs.
  '--securebits=+no_setuid_fixup',
  `--inh-caps=+${capability}`,
  `--ambient-caps=+${capability}`,
]

async function findUnprivilegedAccount(): Promise<{ readonly uid: number; readonly gid: number }> {
  for (const name of ['postgres', 'nobody']) {
    const ids = await idsOf(name).catch(() => undefined)
    if (ids) return ids
  }
  throw new EmbeddedServerFailed(
    'PostgreSQL refuses to run as root, and this machine has neither a user postgres nor a user nobody to run it as: ' +
      'add one (useradd --system postgres), start audiohost as an ordinary user, or set DATABASE_URL',
  )
}

async function idsOf(name: string): Promise<{ readonly uid: number; readonly gid: number }> {
  const id = async (flag: string): Promise<number> =>
    Number((await promisify(execFile)('id', [flag, name])).stdout.trim())
  return { uid: await id('-u'), gid: await id('-g') }
}

async function firstClosedFolder(
  paths: readonly string[],
  { uid, gid }: { readonly uid: number; readonly gid: number },
): Promise<string | undefined> {
  for (const path of paths) {
    for (let folder = dirname(path); ; folder = dirname(folder)) {
      const facts = await stat(folder)
      const bit = facts.uid === uid ? 0o100 : facts.gid === gid ? 0o010 : 0o001
      if ((facts.mode & bit) === 0) return folder
      if (folder === dirname(folder)) break
    }
  }
  return undefined
}

/** Containers often have dac_override and not the weaker dac_read_search. Bits: linux/capability.h. */
async function findCapability(closedFolder: string): Promise<'dac_read_search' | 'dac_override'> {
  const status = await readFile('/proc/self/status', 'utf8').catch(() => '')
  const effective = BigInt(`0x${/^CapEff:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? '0'}`)
  const hasSetpriv = await promisify(execFile)('setpriv', ['--version']).then(
    ({ stdout }) => stdout.includes('util-linux'),
    () => false,
  )
  if (hasSetpriv && (effective & 4n) !== 0n) return 'dac_read_search'
  if (hasSetpriv && (effective & 2n) !== 0n) return 'dac_override'
  throw new EmbeddedServerFailed(
    `PostgreSQL refuses to run as root, and the unprivileged user it would run as may not enter ${closedFolder}: ` +
      `open that folder (chmod o+x), move audiohost and its data elsewhere, start it as an ordinary user, or set DATABASE_URL`,
  )
}

const belongsToAnother = (clusterFolder: string, uid: number): EmbeddedServerFailed =>
  new EmbeddedServerFailed(
    `The database in ${clusterFolder} belongs to the user with the id ${uid}: start audiohost as that user or as root, ` +
      `or run as root: chown -R ${process.getuid?.() ?? ''}:${process.getgid?.() ?? ''} '${dirname(dirname(clusterFolder))}'`,
  )
