import { execFileSync } from 'node:child_process'
import { aTemporaryFolder } from './temporary-folder.ts'

/** Mounting needs root, and tmpfs needs Linux. */
export const canMount = process.platform === 'linux' && process.getuid?.() === 0

export interface SmallVolume {
  readonly folder: string
  readonly remountReadOnly: () => void
  readonly unmount: () => void
}

/** A real file system of one mebibyte, in memory. */
export async function aSmallVolume(options = 'size=1m'): Promise<SmallVolume> {
  const folder = await aTemporaryFolder()
  execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', folder])
  return {
    folder,
    remountReadOnly: () => execFileSync('mount', ['-o', 'remount,ro', folder]),
    // Lazily: it goes away at once, as a pulled disk does, whatever is open.
    unmount: () => execFileSync('umount', ['--lazy', folder]),
  }
}
