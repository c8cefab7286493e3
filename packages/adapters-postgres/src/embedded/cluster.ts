import { randomBytes } from 'node:crypto'
import { chown, mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Binaries } from './binaries.ts'
import { EmbeddedServerFailed } from './errors.ts'
import { runAs, type ServerAccount } from './server-account.ts'

/** The files of one PostgreSQL cluster, in a folder that appears whole or not at all. */
export interface Cluster {
  readonly folder: string
  readonly data: string
  readonly passwordFile: string
  readonly log: string
}

export const superuser = 'audiohost'
const unfinishedPrefix = 'initializing-'
const unfinishedAgeMs = 10 * 60 * 1000

export const clusterIn = (folder: string): Cluster => ({
  folder: join(folder, 'cluster'),
  data: join(folder, 'cluster', 'data'),
  passwordFile: join(folder, 'cluster', 'password'),
  log: join(folder, 'cluster', 'server.log'),
})

export const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  )

export interface ClusterTools {
  readonly binaries: Binaries
  readonly account: ServerAccount
}

/** Makes the cluster aside and moves it into its place, so that neither a crash nor a racing start leaves half of one. */
export async function createCluster(
  folder: string,
  { binaries, account }: ClusterTools,
  initArguments: readonly string[],
): Promise<void> {
  const made = join(folder, `${unfinishedPrefix}${randomBytes(6).toString('hex')}`)
  await mkdir(made, { mode: 0o700 })
  try {
    const passwordFile = join(made, 'password')
    await writeFile(passwordFile, randomBytes(32).toString('base64url'), { mode: 0o600 })
    await giveTo(account, [made, passwordFile])
    await runAs(account, binaries.initdb, [
      `--pgdata=${join(made, 'data')}`,
      `--username=${superuser}`,
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      // The same order and the same idea of upper and lower case on every system, for all of Unicode.
      '--locale=C',
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
      ...initArguments,
    ])
    await rename(made, join(folder, 'cluster'))
    await syncFolder(folder)
    await syncFolder(dirname(folder))
  } catch (error) {
    await rm(made, { recursive: true, force: true })
    const { code } = error as NodeJS.ErrnoException
    // Another process was faster: its cluster is as good.
    if (
      code !== 'ENOTEMPTY' &&
      code !== 'EEXIST' &&
      !(code === 'EPERM' && (await exists(join(folder, 'cluster'))))
    )
      throw error
  }
}

/** @throws EmbeddedServerFailed where another major version made the cluster */
export async function checkVersion(cluster: Cluster, { binaries, account }: ClusterTools): Promise<void> {
  const [stored, printed] = await Promise.all([
    readFile(join(cluster.data, 'PG_VERSION'), 'utf8').then((text) => text.trim()),
    runAs(account, binaries.postgres, ['--version']),
  ])
  const major = /\) (\d+)/.exec(printed)?.[1] ?? printed.trim()
  if (stored === major) return
  throw new EmbeddedServerFailed(
    `The database in ${cluster.folder} was made by PostgreSQL ${stored}, and this release brings PostgreSQL ${major}: ` +
      `dump it with the release that made it (pg_dump), move the folder away, start this one and restore the dump`,
  )
}

export async function readPassword(cluster: Cluster): Promise<string> {
  try {
    return (await readFile(cluster.passwordFile, 'utf8')).trim()
  } catch (cause) {
    throw new EmbeddedServerFailed(
      `The password of the database cannot be read from ${cluster.passwordFile}`,
      {
        cause,
      },
    )
  }
}

/** Written anew at every start; somebody who wants other values uses ALTER SYSTEM, which these do not undo. */
export async function writeSettings(
  cluster: Cluster,
  account: ServerAccount,
  settings: Readonly<Record<string, string>>,
): Promise<void> {
  const path = join(cluster.data, 'postgresql.conf')
  const lines = Object.entries({ ...defaultSettings, ...settings }).map(
    ([name, value]) => `${name} = '${value}'`,
  )
  await writeFile(path, `${lines.join('\n')}\n`, { mode: 0o600 })
  await giveTo(account, [path])
}

const defaultSettings = {
  unix_socket_directories: '',
  password_encryption: 'scram-sha-256',
  max_connections: '50',
  shared_buffers: '128MB',
  max_wal_size: '256MB',
  timezone: 'UTC',
  log_timezone: 'UTC',
  log_line_prefix: '%m [%p] ',
  log_checkpoints: 'off',
  // Details quote whole rows and statements quote values: addresses and hashes do not belong into a log.
  log_error_verbosity: 'terse',
  log_min_error_statement: 'panic',
}

const maxLogBytes = 10 * 1024 * 1024

/** Keeps one old log besides the present one. */
export async function rotateLog({ log }: Cluster): Promise<void> {
  const facts = await stat(log).catch(() => undefined)
  if (facts && facts.size > maxLogBytes) await rename(log, `${log}.1`)
}

/** What a crash in the middle of `createCluster` left. Young ones may be at work. */
export async function removeUnfinished(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!name.startsWith(unfinishedPrefix)) continue
    const path = join(folder, name)
    const facts = await stat(path).catch(() => undefined)
    if (facts && Date.now() - facts.mtimeMs > unfinishedAgeMs)
      await rm(path, { recursive: true, force: true })
  }
}

async function giveTo({ ids }: ServerAccount, paths: readonly string[]): Promise<void> {
  if (ids) for (const path of paths) await chown(path, ids.uid, ids.gid)
}

/** The new name of the cluster must survive a power cut as the rows in it do. Windows cannot open folders. */
async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return
  const folder = await open(path)
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}
