import { dirname, join } from 'node:path'
import { StorageUnavailable } from '@audiohost/core'
import { translated } from './disk-errors.ts'
import { existingFile, newFile, type DiskFileSystem } from './disk-file-system.ts'
import { isPartialName, partialOf } from './disk-layout.ts'
import { exists, unlessGone } from './disk-presence.ts'
import { syncFolder } from './disk-sync.ts'

const markerName = '.audiohost-store'
const markerText = 'audiohost content store, layout 1\n'

/** Makes the folder and its marker where there is nothing yet, and leaves anything else alone. */
export async function makeStore(fs: DiskFileSystem, folder: string): Promise<void> {
  const firstMade = await fs.mkdirs(folder)
  if (!(await isEmpty(fs, folder))) return
  await writeMarker(fs, join(folder, markerName))
  await syncFolder(fs, folder)
  if (firstMade !== undefined) await syncParents(fs, folder, firstMade)
}

/** A folder without a marker is no store: most likely its volume is not mounted, and what we wrote would fill another. */
export async function requireMarker(fs: DiskFileSystem, root: string): Promise<void> {
  const text = await translated(() => readMarker(fs, join(root, markerName)))
  if (text === undefined) throw notMounted(root)
  if (text !== markerText) {
    throw new StorageUnavailable({
      cause: new Error(`${root} is a store of an unknown layout: ${text.trim()}`),
    })
  }
}

/** What `requireMarker` found is still there; cheap enough for each write. */
export async function requireMounted(fs: DiskFileSystem, root: string): Promise<void> {
  const there = await translated(() => exists(fs, join(root, markerName)))
  if (!there) throw notMounted(root)
}

const notMounted = (root: string): StorageUnavailable =>
  new StorageUnavailable({ cause: new Error(`${root} has no ${markerName}: is its volume mounted?`) })

async function readMarker(fs: DiskFileSystem, path: string): Promise<string | undefined> {
  const file = await unlessGone(() => fs.open(path, existingFile))
  if (!file) return undefined
  try {
    return await file.readFile('utf8')
  } finally {
    await file.close()
  }
}

/** By renaming, so that another process that starts now reads the whole marker or none. */
async function writeMarker(fs: DiskFileSystem, path: string): Promise<void> {
  const partial = partialOf(path)
  const file = await fs.open(partial, newFile)
  try {
    await file.writeFile(markerText)
    await file.sync()
  } finally {
    await file.close()
  }
  await fs.rename(partial, path)
}

async function isEmpty(fs: DiskFileSystem, folder: string): Promise<boolean> {
  const entries = await fs.readdir(folder)
  // A fresh ext4 volume has `lost+found`; a partial marker is of a start that is under way or crashed.
  return entries.every(({ name }) => name === 'lost+found' || isPartialName(name))
}

async function syncParents(fs: DiskFileSystem, folder: string, firstMade: string): Promise<void> {
  for (let parent = dirname(folder); parent.length >= dirname(firstMade).length; parent = dirname(parent)) {
    await syncFolder(fs, parent)
    if (parent === dirname(parent)) return
  }
}
