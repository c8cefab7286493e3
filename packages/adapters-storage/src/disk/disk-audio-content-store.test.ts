import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { link, mkdir, readdir, readFile, rm, stat, symlink, truncate, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { StorageUnavailable } from '@audiohost/core'
import { audioContentStoreContract, contentHandlesContract } from '@audiohost/core/testing'
import { expect } from 'chai'
import { DiskAudioContentStore } from './disk-audio-content-store.ts'
import { placeOf } from './disk-layout.ts'
import { anAudioId, bytesOf, idsIn, nobodyWrites, rejectionOf, sourceOf } from '../testing/content.ts'
import { FaultyDisk, systemError } from '../testing/faulty-disk.ts'
import { aTemporaryFolder } from '../testing/temporary-folder.ts'

const id = anAudioId()
const future = () => new Date(Date.now() + 1000)

async function aStore() {
  const folder = await aTemporaryFolder()
  const disk = new FaultyDisk()
  return { folder, disk, store: await DiskAudioContentStore.open(folder, disk) }
}

async function opened(store: DiskAudioContentStore): Promise<Readable> {
  const content = await store.open(id)
  if (!content) throw new Error('There is no content')
  return content
}

const modeOf = async (path: string): Promise<number> => (await stat(path)).mode & 0o777

describe('DiskAudioContentStore', () => {
  let disk: FaultyDisk
  audioContentStoreContract({
    make: async () => {
      disk = new FaultyDisk()
      return DiskAudioContentStore.open(await aTemporaryFolder(), disk)
    },
    openHandles: async () => disk.openHandles,
  })
  contentHandlesContract({ make: async () => DiskAudioContentStore.open(await aTemporaryFolder()) })

  describe('its folder', () => {
    it('is made with its parents where it is absent', async () => {
      const folder = join(await aTemporaryFolder(), 'data', 'audio')
      await DiskAudioContentStore.open(folder)
      expect(await readdir(folder)).to.deep.equal(['.audiohost-store'])
      expect(await modeOf(folder)).to.equal(0o700)
    })

    it('may be a new volume, which has lost+found', async () => {
      const folder = await aTemporaryFolder()
      await mkdir(join(folder, 'lost+found'))
      await DiskAudioContentStore.open(folder)
    })

    it('is opened again with what it holds, by two processes that start at once as well', async () => {
      const folder = join(await aTemporaryFolder(), 'audio')
      const [one, other] = await Promise.all([
        DiskAudioContentStore.open(folder),
        DiskAudioContentStore.open(folder),
      ])
      await one.write(id, sourceOf('kept'))
      expect((await bytesOf(other, id))?.toString()).to.equal('kept')
      expect((await bytesOf(await DiskAudioContentStore.open(folder), id))?.toString()).to.equal('kept')
    })

    it('is refused where it holds something else, and left as it is', async () => {
      const folder = await aTemporaryFolder()
      await writeFile(join(folder, 'thesis.txt'), 'mine')
      await rejectionOf(DiskAudioContentStore.open(folder), StorageUnavailable)
      expect(await readdir(folder)).to.deep.equal(['thesis.txt'])
    })

    it('is refused where it is empty and a store is known to have been there', async () => {
      const folder = await aTemporaryFolder()
      await rejectionOf(DiskAudioContentStore.openExisting(folder), StorageUnavailable)
      expect(await readdir(folder)).to.deep.equal([])
    })

    it('is refused where its layout is of another version', async () => {
      const { folder } = await aStore()
      await writeFile(join(folder, '.audiohost-store'), 'audiohost content store, layout 2\n')
      await rejectionOf(DiskAudioContentStore.open(folder), StorageUnavailable)
    })

    it('holds files and folders for its owner only', async () => {
      const { folder, store } = await aStore()
      await store.write(id, sourceOf('secret'))
      const place = placeOf(folder, id)
      expect(await modeOf(place.path)).to.equal(0o600)
      expect(await modeOf(place.folder)).to.equal(0o700)
      expect(await modeOf(place.outerFolder)).to.equal(0o700)
    })
  })

  it('says where its files are, for a web server that serves its folder', async () => {
    const { folder, store } = await aStore()
    await store.write(id, sourceOf('as it is'))
    expect(store.pathOf(id)).to.equal(`${id.slice(-2)}/${id.slice(-4, -2)}/${id}`)
    expect(await readFile(join(folder, store.pathOf(id)), 'utf8')).to.equal('as it is')
  })

  describe('where the volume goes away', () => {
    it('refuses every call and writes nothing into what is there instead', async () => {
      const { folder, store } = await aStore()
      await store.write(id, sourceOf('on the volume'))
      await rm(folder, { recursive: true })
      await mkdir(folder)

      const calls: readonly (() => Promise<unknown>)[] = [
        () => store.write(anAudioId(2), sourceOf('elsewhere')),
        () => store.open(id),
        () => store.stat(id),
        () => store.remove(id),
        () => idsIn(store),
        () => store.removePartial(future(), nobodyWrites),
        () => store.check(),
      ]
      for (const call of calls) await rejectionOf(call(), StorageUnavailable)
      expect(await readdir(folder)).to.deep.equal([])
    })
  })

  describe('a planted link', () => {
    it('at the place of the content is neither read, listed nor written through', async () => {
      const { folder, store } = await aStore()
      const secret = join(await aTemporaryFolder(), 'secret')
      await writeFile(secret, 'secret')
      const { path } = placeOf(folder, id)
      await mkdir(dirname(path), { recursive: true })
      await symlink(secret, path)

      await rejectionOf(store.open(id), StorageUnavailable)
      await rejectionOf(store.stat(id), StorageUnavailable)
      await rejectionOf(store.write(id, sourceOf('changed')), Error)
      expect(await idsIn(store)).to.deep.equal([])
      await store.remove(id)
      expect(await readFile(secret, 'utf8')).to.equal('secret')
    })

    it('in place of a folder is not followed', async () => {
      const { folder, store } = await aStore()
      const outside = await aTemporaryFolder()
      await writeFile(join(outside, id), 'secret')
      const place = placeOf(folder, id)
      await mkdir(place.outerFolder)
      await symlink(outside, place.folder)

      await rejectionOf(store.open(id), StorageUnavailable)
      await rejectionOf(store.remove(id), StorageUnavailable)
      await rejectionOf(store.write(id, sourceOf('changed')), StorageUnavailable)
      expect(await idsIn(store)).to.deep.equal([])
      expect(await store.removePartial(future(), nobodyWrites)).to.equal(0)
      expect(await readdir(outside)).to.deep.equal([id])
    })

    it('that is dangling is not written through', async () => {
      const { folder, store } = await aStore()
      const outside = join(await aTemporaryFolder(), 'new')
      const { path } = placeOf(folder, id)
      await mkdir(dirname(path), { recursive: true })
      await symlink(outside, path)
      await rejectionOf(store.write(id, sourceOf('changed')), Error)
      expect(await readdir(dirname(outside))).to.deep.equal([])
    })
  })

  it('refuses what only pretends to be an id', async () => {
    const { store } = await aStore()
    const hostile = '../../../../../../etc/passwd' as typeof id
    await rejectionOf(store.open(hostile), TypeError)
    await rejectionOf(store.write(hostile, sourceOf('x')), TypeError)
  })

  it('refuses what lies at the place of a content and is no file, a pipe included', async () => {
    const { folder, store } = await aStore()
    const { path } = placeOf(folder, id)
    await mkdir(dirname(path), { recursive: true })
    execFileSync('mkfifo', [path])
    await rejectionOf(store.open(id), StorageUnavailable)
    await rejectionOf(store.stat(id), StorageUnavailable)
  })

  it('lists contents only, whatever else lies in its folders', async () => {
    const { folder, store } = await aStore()
    await store.write(id, sourceOf('one'))
    const place = placeOf(folder, id)
    await writeFile(join(place.folder, 'notes.txt'), 'foreign')
    await writeFile(join(place.folder, anAudioId(0xffff)), 'in the wrong folder')
    await writeFile(join(place.outerFolder, id), 'in the wrong folder')
    await writeFile(`${place.path}.0123456789abcdef.partial`, 'partial')
    await mkdir(join(folder, 'zz'))
    expect(await idsIn(store)).to.deep.equal([id])
  })

  describe('a stream', () => {
    it('is destroyed with an error where reading fails in the middle', async () => {
      const { disk, store } = await aStore()
      await store.write(id, sourceOf(Buffer.alloc(300_000)))
      const content = await opened(store)
      let reads = 0
      disk.failure = (call) => (call === 'read content' && ++reads === 3 ? systemError('EIO') : undefined)
      await rejectionOf(buffer(content), StorageUnavailable)
      expect(disk.openHandles).to.equal(0)
    })

    it('is destroyed with an error where the file became shorter meanwhile', async () => {
      const { folder, disk, store } = await aStore()
      await store.write(id, sourceOf(Buffer.alloc(300_000)))
      const content = await opened(store)
      await truncate(placeOf(folder, id).path, 100_000)
      await rejectionOf(buffer(content), StorageUnavailable)
      expect(disk.openHandles).to.equal(0)
    })

    it('frees its handle when it is destroyed unread, in the middle, and at its end', async () => {
      const { disk, store } = await aStore()
      await store.write(id, sourceOf(Buffer.alloc(300_000)))
      const [unread, begun, whole] = [await opened(store), await opened(store), await opened(store)]
      expect(disk.openHandles).to.equal(3)
      for await (const _piece of begun) break
      unread.destroy()
      await buffer(whole)
      for (const stream of [unread, begun, whole]) {
        if (!stream.closed) await once(stream, 'close')
      }
      expect(disk.openHandles).to.equal(0)
    })

    it('goes on where the content is removed meanwhile', async () => {
      const { store } = await aStore()
      await store.write(id, sourceOf(Buffer.alloc(300_000, 7)))
      const content = await opened(store)
      await store.remove(id)
      expect(await store.open(id)).to.equal(undefined)
      expect(await buffer(content)).to.deep.equal(Buffer.alloc(300_000, 7))
    })

    it('leaves no handle open where it cannot be opened', async () => {
      const { disk, store } = await aStore()
      await store.write(id, sourceOf('short'))
      await rejectionOf(store.open(id, { start: 0, end: 5 }), RangeError)
      disk.failure = (call) => (call === 'stat content' ? systemError('EIO') : undefined)
      await rejectionOf(store.open(id), StorageUnavailable)
      expect(disk.openHandles).to.equal(0)
    })
  })

  it('says that it is unavailable at whichever call a reader or the sweep fails', async () => {
    const { disk, store } = await aStore()
    await store.write(id, sourceOf('here'))
    const operations: readonly (() => Promise<unknown>)[] = [
      () => store.open(id),
      () => store.stat(id),
      () => store.remove(anAudioId(2)),
      () => idsIn(store),
      () => store.removePartial(future(), nobodyWrites),
      () => store.check(),
    ]
    for (const operation of operations) {
      disk.failure = () => undefined
      disk.calls.length = 0
      const result = await operation()
      const calls = [...disk.calls]
      if (result instanceof Readable) await buffer(result)
      for (const [index, call] of calls.entries()) {
        disk.calls.length = 0
        disk.failure = (_call, number) => (number === index + 1 ? systemError('EMFILE') : undefined)
        const error = await rejectionOf(operation(), StorageUnavailable)
        expect(error.cause, call).to.have.property('code', 'EMFILE')
      }
    }
    expect(disk.openHandles).to.equal(0)
  })

  it('checks without leaving anything behind', async () => {
    const { folder, disk, store } = await aStore()
    await store.check()
    disk.failure = (call) => (call === 'write partial' ? systemError('EIO') : undefined)
    await rejectionOf(store.check(), StorageUnavailable)
    expect(await readdir(folder)).to.deep.equal(['.audiohost-store'])
    expect(disk.openHandles).to.equal(0)
  })

  it('reads a content that has a second name, as snapshots made with links do', async () => {
    const { folder, store } = await aStore()
    await store.write(id, sourceOf('kept twice'))
    await link(placeOf(folder, id).path, join(await aTemporaryFolder(), 'backup'))
    expect((await bytesOf(store, id))?.toString()).to.equal('kept twice')
  })
})
