import { hasCode } from './disk-errors.ts'
import type { DiskFileSystem } from './disk-file-system.ts'

/** What the call finds; `undefined` where there is nothing of that name. */
export async function unlessGone<T>(call: () => Promise<T>): Promise<T | undefined> {
  try {
    return await call()
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined
    throw error
  }
}

export const exists = async (fs: DiskFileSystem, path: string): Promise<boolean> =>
  (await unlessGone(() => fs.lstat(path))) !== undefined
