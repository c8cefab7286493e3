import { truncate } from 'node:fs/promises'
import { StorageUnavailable, type ContentHandle } from '@audiohost/core'
import { someBytes } from '@audiohost/core/testing'
import { expect } from 'chai'
import { anAudioId, rejectionOf, sourceOf } from '../testing/content.ts'
import { FaultyDisk } from '../testing/faulty-disk.ts'
import { aTemporaryFolder } from '../testing/temporary-folder.ts'
import { DiskAudioContentStore } from './disk-audio-content-store.ts'
import { existingFile } from './disk-file-system.ts'
import { placeOf } from './disk-layout.ts'
import { OpenFiles, type OpenedFile } from './open-files.ts'

describe('OpenFiles, of what the system has in memory', () => {
  let folder: string
  let disk: FaultyDisk
  let store: DiskAudioContentStore

  beforeEach(async () => {
    folder = await aTemporaryFolder()
    disk = new FaultyDisk()
    store = await DiskAudioContentStore.open(folder, disk)
    await store.write(anAudioId(1), sourceOf('ten bytes!'))
    disk.calls.length = 0
  })
  afterEach(() => store.close())

  const filesWith = (readCached: OpenedFile['readCached']): OpenFiles =>
    new OpenFiles(async (id) => {
      const file = await disk.open(placeOf(folder, id).path, existingFile)
      const { size, dev, ino } = await file.stat()
      return { file, sizeBytes: size, identity: `${dev}:${ino}`, readCached }
    })

  async function lent(files: Pick<OpenFiles, 'acquire'>, number = 1): Promise<ContentHandle> {
    const handle = await files.acquire(anAudioId(number))
    if (!handle) throw new Error('There is no content')
    return handle
  }

  const content = Buffer.from('ten bytes!')
  const holding =
    (bytes: number): OpenedFile['readCached'] =>
    (into, position) =>
      content.copy(into, 0, position, position + Math.min(into.length, bytes))
  const reads = (): number => disk.calls.filter((call) => call === 'read content').length

  const cases: readonly (readonly [what: string, held: number, fromDisk: number])[] = [
    ['all of it, without the disk', 10, 0],
    ['some of it, and the rest from the disk', 4, 1],
    ['nothing of it, and all from the disk', 0, 1],
  ]
  for (const [what, held, fromDisk] of cases) {
    it(`reads ${what}`, async () => {
      const files = filesWith(holding(held))
      const handle = await lent(files)
      const into = Buffer.alloc(20)
      expect(await handle.read(into, 2)).to.equal(8)
      expect(into.toString('latin1')).to.equal(`n bytes!${'\0'.repeat(12)}`)
      expect(reads()).to.equal(fromDisk)
      handle.release()
      await files.close()
    })
  }

  it('leaves long reads to another thread', async () => {
    const long = someBytes(64 * 1024 + 1)
    await store.write(anAudioId(9), sourceOf(long))
    const asked: number[] = []
    const files = filesWith((into) => {
      asked.push(into.length)
      return 0
    })
    const handle = await lent(files, 9)
    const into = Buffer.alloc(long.length)
    expect(await handle.read(into, 0)).to.equal(long.length)
    expect(into.equals(long)).to.equal(true)
    expect(await handle.read(into.subarray(1), 1)).to.equal(64 * 1024)
    expect(asked).to.deep.equal([64 * 1024])
    handle.release()
    await files.close()
  })

  it('is what the store reads, time and again, and still finds that the file became shorter', async () => {
    const real = await DiskAudioContentStore.openExisting(folder)
    const handle = await lent(real)
    const into = Buffer.alloc(10)
    for (let round = 0; round < 3; round++) {
      into.fill(0)
      expect(await handle.read(into, 0)).to.equal(10)
      expect(into.toString()).to.equal('ten bytes!')
    }
    await truncate(placeOf(folder, anAudioId(1)).path, 4)
    await rejectionOf(handle.read(into, 0), StorageUnavailable)
    handle.release()
    await real.close()
  })
})
