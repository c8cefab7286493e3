import type { Dirent, Stats } from 'node:fs'
import { join } from 'node:path'
import { parseAudioId, type IsInFlight, type StoredContent } from '@audiohost/core'
import type { DiskFileSystem } from './disk-file-system.ts'
import { idInPartialName, isFolderName, isPartialName, placeOf } from './disk-layout.ts'
import { unlessGone } from './disk-presence.ts'

/** Whole contents; what else lies in the folders is not ours to judge. */
export async function* walkContents(fs: DiskFileSystem, root: string): AsyncGenerator<StoredContent> {
  for await (const folder of innerFolders(fs, root)) {
    for (const { name } of await filesIn(fs, folder)) {
      const id = parseAudioId(name)
      const path = join(folder, name)
      if (id === undefined || placeOf(root, id).path !== path) continue
      const stats = await statsOf(fs, path)
      if (stats?.isFile()) yield { id, sizeBytes: stats.size, writtenAt: stats.mtime }
    }
  }
}

export interface PartialsSearch {
  /** When they were last written at the latest. */
  readonly before: Date
  /** A slow write gathers bytes for long before it writes any. */
  readonly isInFlight: IsInFlight
}

/** The partial files of writes that came to no end. */
export async function* walkPartials(
  fs: DiskFileSystem,
  root: string,
  { before, isInFlight }: PartialsSearch,
): AsyncGenerator<string> {
  for await (const folder of withRoot(root, innerFolders(fs, root))) {
    for (const { name } of await filesIn(fs, folder)) {
      const path = join(folder, name)
      if (!isPartialName(name)) continue
      const stats = await statsOf(fs, path)
      if (!stats || stats.mtime >= before) continue
      const id = idInPartialName(name)
      if (id === undefined || !(await isInFlight(id))) yield path
    }
  }
}

async function* withRoot(root: string, folders: AsyncIterable<string>): AsyncGenerator<string> {
  yield root
  yield* folders
}

async function* innerFolders(fs: DiskFileSystem, root: string): AsyncGenerator<string> {
  for (const outer of await foldersIn(fs, root)) yield* await foldersIn(fs, outer)
}

async function foldersIn(fs: DiskFileSystem, folder: string): Promise<string[]> {
  const entries = await entriesOf(fs, folder)
  return entries
    .filter((entry) => entry.isDirectory() && isFolderName(entry.name))
    .map(({ name }) => join(folder, name))
}

async function filesIn(fs: DiskFileSystem, folder: string): Promise<Dirent[]> {
  const entries = await entriesOf(fs, folder)
  return entries.filter((entry) => entry.isFile())
}

async function entriesOf(fs: DiskFileSystem, folder: string): Promise<Dirent[]> {
  return (await unlessGone(() => fs.readdir(folder))) ?? []
}

const statsOf = (fs: DiskFileSystem, path: string): Promise<Stats | undefined> =>
  unlessGone(() => fs.lstat(path))
