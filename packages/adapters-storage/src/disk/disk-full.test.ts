import { readdir } from 'node:fs/promises'
import { StorageFull, StorageUnavailable } from '@audiohost/core'
import { expect } from 'chai'
import { DiskAudioContentStore } from './disk-audio-content-store.ts'
import { anAudioId, bytesOf, idsIn, rejectionOf, sourceOf } from '../testing/content.ts'
import { aSmallVolume, canMount, type SmallVolume } from '../testing/small-volume.ts'
import { filesBelow } from '../testing/temporary-folder.ts'

const id = anAudioId()
const kibibytes = (count: number) => Buffer.alloc(count * 1024, 1)

async function withVolume(options: string, test: (volume: SmallVolume) => Promise<void>): Promise<void> {
  const volume = await aSmallVolume(options)
  try {
    await test(volume)
  } finally {
    volume.unmount()
  }
}

function onRealVolumes() {
  it('throws StorageFull, leaves nothing, still reads, and recovers alone', async () => {
    await withVolume('size=1m', async ({ folder }) => {
      const store = await DiskAudioContentStore.open(folder)
      await store.write(id, sourceOf(kibibytes(600)))
      for (let attempt = 0; attempt < 3; attempt++) {
        await rejectionOf(store.write(anAudioId(2), sourceOf(kibibytes(300), kibibytes(300))), StorageFull)
        expect(await filesBelow(folder)).to.deep.equal([id])
      }
      expect(await bytesOf(store, id)).to.deep.equal(kibibytes(600))

      await store.remove(id)
      await store.write(anAudioId(2), sourceOf(kibibytes(600)))
      expect(await idsIn(store)).to.deep.equal([anAudioId(2)])
    })
  })

  it('throws StorageFull at whichever byte the room ends', async () => {
    await withVolume('size=64k', async ({ folder }) => {
      const store = await DiskAudioContentStore.open(folder)
      for (let size = 1; size < 96; size += 5) {
        const written = store.write(anAudioId(size), sourceOf(kibibytes(size)))
        // The marker and the folders take some of the 64.
        if (size <= 32) await written
        if (size >= 64) await rejectionOf(written, StorageFull)
        else await written.catch((error: unknown) => expect(error).to.be.instanceOf(StorageFull))
        expect(await filesBelow(folder)).to.deep.equal(await idsIn(store))
        await store.remove(anAudioId(size))
      }
    })
  })

  it('throws StorageFull where there is room but no inode', async () => {
    await withVolume('nr_inodes=6', async ({ folder }) => {
      const store = await DiskAudioContentStore.open(folder)
      await store.write(id, sourceOf('fits'))
      await rejectionOf(store.write(anAudioId(2), sourceOf('does not')), StorageFull)
      expect((await bytesOf(store, id))?.toString()).to.equal('fits')
    })
  })

  it('fails its check while it is full', async () => {
    await withVolume('size=64k', async ({ folder }) => {
      const store = await DiskAudioContentStore.open(folder)
      await store.check()
      await store.write(id, sourceOf(kibibytes(60)))
      await rejectionOf(store.check(), StorageFull)
    })
  })

  it('reads but does not write where the volume is read-only', async () => {
    await withVolume('size=1m', async ({ folder, remountReadOnly }) => {
      const store = await DiskAudioContentStore.open(folder)
      await store.write(id, sourceOf('kept'))
      remountReadOnly()
      await rejectionOf(store.write(anAudioId(2), sourceOf('new')), StorageUnavailable)
      await rejectionOf(store.remove(id), StorageUnavailable)
      await rejectionOf(store.check(), StorageUnavailable)
      expect((await bytesOf(store, id))?.toString()).to.equal('kept')
      expect((await bytesOf(await DiskAudioContentStore.open(folder), id))?.toString()).to.equal('kept')
    })
  })

  it('fails the write under way when the volume goes away, and fills no other', async () => {
    const volume = await aSmallVolume()
    const store = await DiskAudioContentStore.open(volume.folder)
    async function* source() {
      yield kibibytes(1)
      volume.unmount()
      yield kibibytes(1)
    }
    await rejectionOf(store.write(id, source()), StorageUnavailable)
    await rejectionOf(store.check(), StorageUnavailable)
    expect(await readdir(volume.folder)).to.deep.equal([])
  })
}

describe('DiskAudioContentStore on a real volume', () => {
  if (canMount) onRealVolumes()
  else process.stdout.write('Not tested: real full disks, for to mount one takes root and Linux\n')
})
