import { hasCode } from './disk-errors.ts'
import { existingFolder, type DiskFileSystem } from './disk-file-system.ts'

/** Makes the names in a folder survive a power cut: syncing a file does not sync its name (fsync(2)). */
export async function syncFolder(fs: DiskFileSystem, folder: string): Promise<void> {
  const handle = await fs.open(folder, existingFolder)
  try {
    await handle.sync()
  } catch (error) {
    // Some file systems cannot sync a folder and say so; PostgreSQL's fsync_fname lets the same ones pass.
    if (!hasCode(error, 'EINVAL', 'EBADF', 'ENOTSUP', 'EOPNOTSUPP')) throw error
  } finally {
    await handle.close()
  }
}
