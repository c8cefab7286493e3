// A process that stores one content and ends with 0 once that is acknowledged, or with 3 where it is refused. Begins when it is told to.
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'

const packages = path.resolve(import.meta.dirname, '../../packages')
const load = (name) => import(pathToFileURL(path.join(packages, name, 'dist/index.js')).href)
const [{ DiskAudioContentStore }, { StorageFull, StorageUnavailable }] = await Promise.all([
  load('adapters-storage'),
  load('core'),
])

const [folder, id, source] = process.argv.slice(2)
const bytes = readFileSync(source)
async function* pieces() {
  yield bytes.subarray(0, 1000)
  yield bytes.subarray(1000)
}
const store = await DiskAudioContentStore.openExisting(folder)
process.stdout.write('ready')
await once(process.stdin, 'data')
try {
  await store.write(id, pieces())
} catch (error) {
  if (!(error instanceof StorageFull || error instanceof StorageUnavailable)) throw error
  process.exit(3)
}
process.exit(0)
