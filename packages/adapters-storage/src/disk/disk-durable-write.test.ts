import { StorageFull, StorageUnavailable, type AudioId } from '@audiohost/core'
import { expect } from 'chai'
import { DiskAudioContentStore } from './disk-audio-content-store.ts'
import { anAudioId, bytesOf, idsIn, nobodyWrites, rejectionOf, sourceOf } from '../testing/content.ts'
import { FaultyDisk, systemError, type ErrorCode } from '../testing/faulty-disk.ts'
import { aTemporaryFolder, filesBelow } from '../testing/temporary-folder.ts'

const id = anAudioId()

async function aStoreOnAFaultyDisk() {
  const folder = await aTemporaryFolder()
  const disk = new FaultyDisk()
  const store = await DiskAudioContentStore.open(folder, disk)
  disk.calls.length = 0
  return { folder, disk, store }
}

async function callsOfAWrite(): Promise<string[]> {
  const { disk, store } = await aStoreOnAFaultyDisk()
  await store.write(id, sourceOf('one', 'two'))
  return disk.calls
}

describe('The order of a durable write', () => {
  it('is: write, sync, close, link to the name, sync of the folder and of its parents', async () => {
    expect(await callsOfAWrite()).to.deep.equal([
      'lstat marker',
      'mkdir outer',
      'mkdir inner',
      'realpath inner',
      'lstat content',
      'open partial',
      'write partial',
      'sync partial',
      'close partial',
      'link content',
      'unlink partial',
      ...['open inner', 'sync inner', 'close inner'],
      ...['open outer', 'sync outer', 'close outer'],
      ...['open root', 'sync root', 'close root'],
    ])
  })

  it('syncs only the last folder where its parents have been synced before', async () => {
    const { disk, store } = await aStoreOnAFaultyDisk()
    await store.write(id, sourceOf('one'))
    const sameFolder = id.replace('0190', '0191') as AudioId
    disk.calls.length = 0
    await store.write(sameFolder, sourceOf('two'))
    expect(disk.calls.filter((call) => call.startsWith('sync'))).to.deep.equal(['sync partial', 'sync inner'])
  })

  it('syncs the parents of a folder that another write made and could not sync', async () => {
    const { disk, store } = await aStoreOnAFaultyDisk()
    disk.failure = (call) => (call === 'sync outer' ? systemError('EIO') : undefined)
    await rejectionOf(store.write(id, sourceOf('one')), StorageUnavailable)
    disk.failure = () => undefined
    disk.calls.length = 0
    await store.write(id, sourceOf('one'))
    expect(disk.calls).to.include.members(['sync inner', 'sync outer', 'sync root'])
  })

  it('lets a file system pass that cannot sync folders', async () => {
    const { disk, store } = await aStoreOnAFaultyDisk()
    disk.failure = (call) => (/^sync (inner|outer|root)/.test(call) ? systemError('EINVAL') : undefined)
    await store.write(id, sourceOf('one'))
    expect((await bytesOf(store, id))?.toString()).to.equal('one')
  })

  it('renames where the file system has no links, and still refuses a second write', async () => {
    const { folder, disk, store } = await aStoreOnAFaultyDisk()
    disk.failure = (call) => (call === 'link content' ? systemError('EPERM') : undefined)
    const racing = await Promise.allSettled([
      store.write(id, sourceOf('one')),
      store.write(id, sourceOf('two')),
    ])
    expect(racing.map(({ status }) => status).sort()).to.deep.equal(['fulfilled', 'rejected'])
    await rejectionOf(store.write(id, sourceOf('three')), Error)
    expect(await bytesOf(store, id)).to.have.length(3)
    expect(await filesBelow(folder)).to.deep.equal([id])
  })
})

describe('A write whose medium fails', () => {
  const expected: readonly (readonly [ErrorCode, new () => Error])[] = [
    ['ENOSPC', StorageFull],
    ['EDQUOT', StorageFull],
    ['EIO', StorageUnavailable],
    ['EMFILE', StorageUnavailable],
    ['ENFILE', StorageUnavailable],
    ['EROFS', StorageUnavailable],
    ['EACCES', StorageUnavailable],
    ['ENOTDIR', StorageUnavailable],
  ]

  for (const [code, Class] of expected) {
    it(`throws ${Class.name} for ${code} at whichever call, acknowledges and leaves nothing`, async () => {
      const calls = await callsOfAWrite()
      for (const [index, call] of calls.entries()) {
        const { folder, disk, store } = await aStoreOnAFaultyDisk()
        disk.failure = (_call, number) => (number === index + 1 ? systemError(code) : undefined)
        const error = await rejectionOf(store.write(id, sourceOf('one', 'two')), Class)
        expect(error.cause, call).to.have.property('code', code)
        expect(await filesBelow(folder), call).to.deep.equal([])
        expect(await idsIn(store), call).to.deep.equal([])
        expect(disk.openHandles, call).to.equal(0)

        disk.failure = () => undefined
        await store.write(id, sourceOf('again'))
        expect((await bytesOf(store, id))?.toString(), call).to.equal('again')
      }
    })
  }

  it('never syncs again a file whose sync has failed', async () => {
    const { disk, store } = await aStoreOnAFaultyDisk()
    disk.failure = (call) => (call === 'sync partial' ? systemError('EIO') : undefined)
    await rejectionOf(store.write(id, sourceOf('one')), StorageUnavailable)
    expect(disk.calls.filter((call) => call === 'sync partial')).to.have.length(1)
  })

  it('neither acknowledges nor syncs again what an early sync could not save', async () => {
    const { folder, disk, store } = await aStoreOnAFaultyDisk()
    disk.failure = (call) => (call === 'datasync partial' ? systemError('EIO') : undefined)
    const long = sourceOf(...Array.from({ length: 40 }, () => Buffer.alloc(1024 * 1024)))
    await rejectionOf(store.write(id, long), StorageUnavailable)
    expect(disk.calls.filter((call) => / ?sync partial/.test(call))).to.deep.equal(['datasync partial'])
    expect(await filesBelow(folder)).to.deep.equal([])
    expect(disk.openHandles).to.equal(0)
  })

  it('reports its own fault, although clearing up fails too, and removePartial clears up later', async () => {
    const { folder, disk, store } = await aStoreOnAFaultyDisk()
    disk.failure = (call) => (/^(sync|unlink) partial/.test(call) ? systemError('EIO') : undefined)
    const error = await rejectionOf(store.write(id, sourceOf('one')), StorageUnavailable)
    expect(error.cause).to.have.property('code', 'EIO')
    expect(await filesBelow(folder)).to.have.length(1)

    disk.failure = () => undefined
    expect(await store.removePartial(new Date(Date.now() + 1000), nobodyWrites)).to.equal(1)
    expect(await filesBelow(folder)).to.deep.equal([])
  })
})

describe('A process that dies in a write', () => {
  it('leaves at whichever call the whole content or none, and removePartial clears the rest', async () => {
    const calls = await callsOfAWrite()
    for (const [index, call] of calls.entries()) {
      const { folder, disk, store } = await aStoreOnAFaultyDisk()
      // From here on no call reaches the disk, those that would clear up included.
      disk.failure = (_call, number) => (number > index ? systemError('EIO') : undefined)
      await rejectionOf(store.write(id, sourceOf('one', 'two')), StorageUnavailable)

      const restarted = await DiskAudioContentStore.open(folder)
      expect((await bytesOf(restarted, id))?.toString(), call).to.be.oneOf([undefined, 'onetwo'])
      await restarted.removePartial(new Date(Date.now() + 1000), nobodyWrites)
      expect(await filesBelow(folder), call).to.deep.equal(await idsIn(restarted))
    }
  })
})
