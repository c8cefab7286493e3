import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const made: string[] = []

after(async () => {
  for (const folder of made) await rm(folder, { recursive: true, force: true })
})

/** An empty folder that is removed when the tests are over. */
export async function aTemporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'audiohost-storage-'))
  made.push(folder)
  return folder
}

/** The names of all files below a folder, sorted, the marker excluded. */
export async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => !entry.isDirectory() && entry.name !== '.audiohost-store')
    .map(({ name }) => name)
    .sort()
}
