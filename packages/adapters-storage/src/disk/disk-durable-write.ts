import { translatedWrite, hasCode } from './disk-errors.ts'
import { newFile, type DiskFile, type DiskFileSystem } from './disk-file-system.ts'
import { BufferedWriter } from './buffered-writer.ts'
import { partialOf } from './disk-layout.ts'
import { exists } from './disk-presence.ts'

/**
 * Writes and syncs under a partial name beside `path`, then gives it its name, which fails where that is taken.
 * Where it throws, neither name is left. The folder is not synced yet.
 */
export async function writeNamed(
  fs: DiskFileSystem,
  path: string,
  source: AsyncIterable<Uint8Array>,
): Promise<void> {
  const partial = partialOf(path)
  try {
    await fill(await translatedWrite(() => fs.open(partial, newFile)), source)
    await translatedWrite(() => publish(fs, partial, path))
  } catch (error) {
    await removeQuietly(fs, partial)
    throw error
  }
}

/** For clearing up after an error that matters more; what stays is removed by `removePartial`. */
export async function removeQuietly(fs: DiskFileSystem, path: string): Promise<void> {
  await fs.unlink(path).catch(() => undefined)
}

async function fill(file: DiskFile, source: AsyncIterable<Uint8Array>): Promise<void> {
  try {
    // After a failed fsync the kernel takes the lost pages for clean, and the next one succeeds, so none is repeated
    // (https://wiki.postgresql.org/wiki/Fsync_Errors).
    await writeAll(file, source)
  } catch (error) {
    await file.close().catch(() => undefined)
    throw error
  }
  await translatedWrite(() => file.close())
}

async function writeAll(file: DiskFile, source: AsyncIterable<Uint8Array>): Promise<void> {
  const writer = new BufferedWriter(file)
  try {
    for await (const chunk of source) await writer.add(chunk)
    await writer.finish()
  } catch (error) {
    await writer.stop()
    throw error
  }
}

async function publish(fs: DiskFileSystem, partial: string, path: string): Promise<void> {
  try {
    // Unlike rename(2), link(2) never replaces what is there.
    await fs.link(partial, path)
  } catch (error) {
    if (hasCode(error, 'EEXIST')) throw writtenAlready(path, error)
    if (!hasCode(error, 'EPERM', 'ENOSYS', 'ENOTSUP', 'EOPNOTSUPP', 'EMLINK')) throw error
    await publishWithoutLinks(fs, partial, path)
    return
  }
  try {
    await fs.unlink(partial)
  } catch (error) {
    await removeQuietly(fs, path)
    throw error
  }
}

const beingPublished = new Set<string>()

/** exFAT, SMB and some FUSE file systems know no links. Only two processes that write one id could still collide here. */
async function publishWithoutLinks(fs: DiskFileSystem, partial: string, path: string): Promise<void> {
  if (beingPublished.has(path)) throw writtenAlready(path)
  beingPublished.add(path)
  try {
    if (await exists(fs, path)) throw writtenAlready(path)
    await fs.rename(partial, path)
  } finally {
    beingPublished.delete(path)
  }
}

export const writtenAlready = (path: string, cause?: unknown): Error =>
  new Error(`${path} has been written already`, { cause })
