import { randomBytes } from 'node:crypto'
import { chmod, link, mkdir, open, readFile, rm, stat } from 'node:fs/promises'
import path from 'node:path'

/**
 * The server's secret of the embedded defaults: made at the first start, kept with mode 0600.
 * Two first starts at once agree on one secret, and a crash leaves none or a whole one.
 */
export async function keptInternalSecret(dataFolder: string): Promise<string> {
  const file = path.join(dataFolder, 'internal-secret')
  return (await readSecret(file)) ?? makeSecret(file)
}

async function readSecret(file: string): Promise<string | undefined> {
  try {
    const secret = (await readFile(file, 'utf8')).trim()
    await closeToOthers(file)
    return secret
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined
    if (hasCode(error, 'EACCES')) throw belongsToAnother(file, error)
    throw error
  }
}

/** A plain copy does not preserve the mode of the file. */
async function closeToOthers(file: string): Promise<void> {
  const { mode, uid } = await stat(file)
  if ((mode & 0o077) !== 0 && uid === process.getuid?.()) await chmod(file, 0o600)
}

const belongsToAnother = (file: string, cause: unknown): Error =>
  new Error(
    `${file} cannot be read. Run as root: chown -R ${process.getuid?.() ?? ''}:${process.getgid?.() ?? ''} '${path.dirname(file)}'`,
    { cause },
  )

async function makeSecret(file: string): Promise<string> {
  await mkdir(path.dirname(file), { recursive: true })
  const draft = `${file}.${randomBytes(6).toString('hex')}`
  try {
    const handle = await open(draft, 'wx', 0o600)
    try {
      await handle.writeFile(`${randomBytes(48).toString('base64url')}\n`)
      await handle.sync()
    } finally {
      await handle.close()
    }
    // A link fails where the name exists, so the first of two starts wins and both read its secret.
    await link(draft, file)
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error
  } finally {
    await rm(draft, { force: true })
  }
  return readFile(file, 'utf8').then((text) => text.trim())
}

const hasCode = (error: unknown, code: string): boolean =>
  error instanceof Error && 'code' in error && error.code === code
