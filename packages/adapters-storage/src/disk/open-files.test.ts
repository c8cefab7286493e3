import { rm, truncate, writeFile } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { StorageUnavailable, type AudioId, type ContentHandle } from '@audiohost/core'
import { expect } from 'chai'
import { useFakeTimers } from 'sinon'
import { anAudioId, rejectionOf, sourceOf } from '../testing/content.ts'
import { FaultyDisk, systemError } from '../testing/faulty-disk.ts'
import { aTemporaryFolder } from '../testing/temporary-folder.ts'
import { DiskAudioContentStore } from './disk-audio-content-store.ts'
import { existingFile } from './disk-file-system.ts'
import { placeOf } from './disk-layout.ts'
import { OpenFiles, type OpenFilesOptions } from './open-files.ts'

describe('OpenFiles', () => {
  let folder: string
  let disk: FaultyDisk
  let store: DiskAudioContentStore
  const pathOf = (id: AudioId): string => placeOf(folder, id).path

  beforeEach(async () => {
    folder = await aTemporaryFolder()
    disk = new FaultyDisk()
    store = await DiskAudioContentStore.open(folder, disk)
    for (let number = 1; number <= 5; number++) await store.write(anAudioId(number), sourceOf('ten bytes!'))
    disk.calls.length = 0
  })

  afterEach(() => store.close())

  const filesWith = (options: OpenFilesOptions): OpenFiles =>
    new OpenFiles(async (id) => {
      const file = await disk.open(pathOf(id), existingFile)
      const { size, dev, ino } = await file.stat()
      return { file, sizeBytes: size, identity: `${dev}:${ino}` }
    }, options)

  async function lent(files: Pick<OpenFiles, 'acquire'>, number = 1): Promise<ContentHandle> {
    const handle = await files.acquire(anAudioId(number))
    if (!handle) throw new Error('There is no content')
    return handle
  }

  const openings = (): number => disk.calls.filter((call) => call === 'open content').length

  async function handlesBecome(expected: number): Promise<void> {
    for (let tries = 0; tries < 200 && disk.openHandles !== expected; tries++) await delay(5)
    expect(disk.openHandles).to.equal(expected)
  }

  /** Enough for a file to be closed, while the clock stands still. */
  async function turnsOfTheLoop(turns: number): Promise<void> {
    for (let turn = 0; turn < turns; turn++) await new Promise(setImmediate)
  }

  it('opens a file once for all who read it, then and later', async () => {
    for (let round = 0; round < 3; round++) {
      const handles = [await lent(store), await lent(store), await lent(store)]
      for (const handle of handles) handle.release()
    }
    expect(openings()).to.equal(1)
    expect(disk.openHandles).to.equal(1)
  })

  it('keeps one file where many open it at the same time', async () => {
    const handles = await Promise.all(Array.from({ length: 20 }, () => lent(store)))
    await handlesBecome(1)
    const into = Buffer.alloc(10)
    for (const handle of handles) {
      await handle.read(into, 0)
      expect(into.toString()).to.equal('ten bytes!')
      handle.release()
    }
  })

  it('sees a file that was put in the place of another, however busy that is', async () => {
    const files = filesWith({ lendMs: 30 })
    const busy = await lent(files)
    await rm(pathOf(anAudioId(1)))
    await writeFile(pathOf(anAudioId(1)), 'new bytes!')
    await delay(40)
    const into = Buffer.alloc(10)
    const next = await lent(files)
    await next.read(into, 0)
    expect(into.toString()).to.equal('new bytes!')
    await busy.read(into, 0)
    expect(into.toString()).to.equal('ten bytes!')
    for (const handle of [busy, next]) handle.release()
    await files.close()
    await handlesBecome(0)
  })

  it('keeps one handle of a file that is read for long, as long as it is the same file', async () => {
    const files = filesWith({ lendMs: 5 })
    const handles: ContentHandle[] = []
    for (let round = 0; round < 3; round++) {
      handles.push(await lent(files))
      await delay(10)
    }
    expect(openings()).to.equal(3)
    await handlesBecome(1)
    for (const handle of handles) expect(await handle.read(Buffer.alloc(10), 0)).to.equal(10)
    for (const handle of handles) handle.release()
    await files.close()
    await handlesBecome(0)
  })

  it('closes the file that was idle the longest where too many are', async () => {
    const files = filesWith({ idleFiles: 2 })
    for (const number of [1, 2, 1, 3]) (await lent(files, number)).release()
    await handlesBecome(2)
    const before = openings()
    for (const number of [1, 3]) (await lent(files, number)).release()
    expect(openings()).to.equal(before)
    ;(await lent(files, 2)).release()
    expect(openings()).to.equal(before + 1)
  })

  it('closes no file that is read, however many there are', async () => {
    const files = filesWith({ idleFiles: 1 })
    const handles = await Promise.all([1, 2, 3, 4, 5].map((number) => lent(files, number)))
    expect(disk.openHandles).to.equal(5)
    for (const handle of handles) expect(await handle.read(Buffer.alloc(10), 0)).to.equal(10)
    for (const handle of handles) handle.release()
    await handlesBecome(1)
  })

  for (const what of ['is removed', 'is one idle file too many'] as const) {
    it(`closes no file that was found for a reader and ${what} before the reader runs`, async () => {
      let meanwhile: () => void = () => undefined
      const files = new OpenFiles(
        async (id) => {
          const file = await disk.open(pathOf(id), existingFile)
          // Of two handles of one file the newer is closed; what comes next runs before anybody is given the other.
          const close = (): Promise<void> => {
            queueMicrotask(meanwhile)
            return file.close()
          }
          return { file: { ...file, close }, sizeBytes: 10, identity: id }
        },
        { idleFiles: 1, lendMs: -1 },
      )
      const other = await lent(files, 2)
      ;(await lent(files, 1)).release()
      meanwhile = () => {
        meanwhile = () => undefined
        if (what === 'is removed') files.forget(anAudioId(1))
        else other.release()
      }
      const handle = await lent(files, 1)
      expect(await handle.read(Buffer.alloc(10), 0)).to.equal(10)
      handle.release()
      if (what === 'is removed') other.release()
      await files.close()
      await handlesBecome(0)
    })
  }

  it('closes what has been idle for its time, and not what is read', async () => {
    const files = filesWith({ idleMs: 20 })
    const read = await lent(files, 1)
    ;(await lent(files, 2)).release()
    await handlesBecome(1)
    expect(await read.read(Buffer.alloc(10), 0)).to.equal(10)
    read.release()
    await handlesBecome(0)
  })

  it('closes each when its own time is over, not that of the first', async () => {
    const clock = useFakeTimers({ toFake: ['setTimeout', 'performance'] })
    try {
      const files = filesWith({ idleMs: 1000 })
      ;(await lent(files, 1)).release()
      clock.tick(900)
      ;(await lent(files, 2)).release()
      clock.tick(200)
      await turnsOfTheLoop(10_000)
      expect(disk.openHandles).to.equal(1)
      // The second is due at 1900; twice the first one's time would be 2000.
      clock.tick(850)
      await turnsOfTheLoop(10_000)
      expect(disk.openHandles).to.equal(0)
    } finally {
      clock.restore()
    }
  })

  it('closes a removed file at once where nobody reads it, else after the last reader', async () => {
    ;(await lent(store, 1)).release()
    await store.remove(anAudioId(1))
    await handlesBecome(0)
    const [one, other] = [await lent(store, 2), await lent(store, 2)]
    await store.remove(anAudioId(2))
    one.release()
    expect(disk.openHandles).to.equal(1)
    expect(await other.read(Buffer.alloc(10), 0)).to.equal(10)
    other.release()
    await handlesBecome(0)
  })

  it('keeps no file that was removed while it was being opened', async () => {
    let proceed: () => void = () => undefined
    const opening = new Promise<void>((resolve) => (proceed = resolve))
    const files = new OpenFiles(async (id) => {
      const file = await disk.open(pathOf(id), existingFile)
      await opening
      return { file, sizeBytes: 10, identity: '1' }
    })
    const acquiring = lent(files)
    files.forget(anAudioId(1))
    proceed()
    ;(await acquiring).release()
    await handlesBecome(0)
  })

  it('refuses a second release, which would close the file of another reader', async () => {
    const [one, other] = [await lent(store), await lent(store)]
    one.release()
    expect(() => {
      one.release()
    }).to.throw('released already')
    expect(await other.read(Buffer.alloc(10), 0)).to.equal(10)
    other.release()
  })

  it('opens a file anew after it could not be read', async () => {
    const [one, other] = [await lent(store), await lent(store)]
    disk.failure = (call) => (call === 'read content' ? systemError('EIO') : undefined)
    await rejectionOf(one.read(Buffer.alloc(10), 0), StorageUnavailable)
    disk.failure = () => undefined
    expect(await other.read(Buffer.alloc(10), 0)).to.equal(10)
    one.release()
    other.release()
    await handlesBecome(0)
    const third = await lent(store)
    expect(await third.read(Buffer.alloc(10), 0)).to.equal(10)
    third.release()
    expect(openings()).to.equal(2)
  })

  it('fails where a file has become shorter, and knows its new size from then on', async () => {
    const handle = await lent(store)
    await truncate(pathOf(anAudioId(1)), 4)
    const error = await rejectionOf(handle.read(Buffer.alloc(10), 0), StorageUnavailable)
    expect((error.cause as Error).message).to.equal('The file became shorter while it was read')
    handle.release()
    const next = await lent(store)
    expect(next).to.include({ sizeBytes: 4 })
    next.release()
  })

  it('closes at its end what nobody reads, and the rest when its last reader leaves', async () => {
    const read = await lent(store, 1)
    for (const number of [2, 3]) (await lent(store, number)).release()
    await store.close()
    expect(disk.openHandles).to.equal(1)
    expect(await read.read(Buffer.alloc(10), 0)).to.equal(10)
    read.release()
    await handlesBecome(0)
  })

  it('keeps nothing open after its end, and still reads', async () => {
    const opening = lent(store, 1)
    await store.close()
    const handles = [await opening, await lent(store, 1)]
    for (const handle of handles) {
      expect(await handle.read(Buffer.alloc(10), 0)).to.equal(10)
      handle.release()
    }
    await handlesBecome(0)
  })

  it('waits at its end for a file that is being closed already', async () => {
    ;(await lent(store, 1)).release()
    const removing = store.remove(anAudioId(1))
    await removing
    await store.close()
    expect(disk.openHandles).to.equal(0)
  })

  it('leaves no handle open where the size cannot be told', async () => {
    disk.failure = (call) => (call === 'stat content' ? systemError('EIO') : undefined)
    await rejectionOf(store.acquire(anAudioId(1)), StorageUnavailable)
    await handlesBecome(0)
  })
})
