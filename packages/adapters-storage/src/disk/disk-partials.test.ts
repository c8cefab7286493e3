import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { StorageUnavailable } from '@audiohost/core'
import { expect } from 'chai'
import { DiskAudioContentStore } from './disk-audio-content-store.ts'
import { placeOf } from './disk-layout.ts'
import { anAudioId, idsIn, nobodyWrites, rejectionOf, sourceOf } from '../testing/content.ts'
import { aTemporaryFolder, filesBelow } from '../testing/temporary-folder.ts'

const id = anAudioId()
const future = () => new Date(Date.now() + 1000)

async function aStore() {
  const folder = await aTemporaryFolder()
  return { folder, store: await DiskAudioContentStore.open(folder) }
}

describe('DiskAudioContentStore.removePartial', () => {
  it('removes partial files that were last written before the moment, and nothing else', async () => {
    const { folder, store } = await aStore()
    await store.write(id, sourceOf('whole'))
    const { path } = placeOf(folder, id)
    const old = `${path}.0123456789abcdef.partial`
    const young = `${path}.fedcba9876543210.partial`
    for (const partial of [old, young, join(folder, '.probe.0123456789abcdef.partial')]) {
      await writeFile(partial, 'partial')
      await utimes(partial, 1000, partial === young ? 3000 : 1000)
    }
    await utimes(path, 1000, 1000)
    expect(await store.countPartial(new Date(2000_000), nobodyWrites)).to.equal(2)
    expect(await store.removePartial(new Date(2000_000), nobodyWrites)).to.equal(2)
    expect(await store.countPartial(new Date(2000_000), nobodyWrites)).to.equal(0)
    expect(await filesBelow(folder)).to.deep.equal([id, `${id}.fedcba9876543210.partial`])
  })

  it('fails a write whose partial file it removed', async () => {
    const { folder, store } = await aStore()
    async function* source() {
      yield Buffer.from('one')
      expect(await store.removePartial(future(), nobodyWrites)).to.equal(1)
      yield Buffer.from('two')
    }
    await rejectionOf(store.write(id, source()), StorageUnavailable)
    expect(await filesBelow(folder)).to.deep.equal([])
  })

  it('clears up after a process that was killed in the middle of a write', async () => {
    const { folder, store } = await aStore()
    await writeAndKill(folder)
    expect(await filesBelow(folder)).to.have.length(1)
    expect(await idsIn(store)).to.deep.equal([])
    expect(await store.open(id)).to.equal(undefined)

    expect(await store.removePartial(future(), nobodyWrites)).to.equal(1)
    expect(await filesBelow(folder)).to.deep.equal([])
    await store.write(id, sourceOf('again'))
  })
})

/** Kills another process with SIGKILL once it has written some of an endless content. */
async function writeAndKill(folder: string): Promise<void> {
  const script = `
    const { DiskAudioContentStore } = await import(${JSON.stringify(new URL('./disk-audio-content-store.ts', import.meta.url))})
    const store = await DiskAudioContentStore.open(${JSON.stringify(folder)})
    async function* endless() {
      for (let piece = 0; ; piece++) {
        if (piece === 3) process.stdout.write('writing')
        yield Buffer.alloc(65536)
      }
    }
    await store.write(${JSON.stringify(id)}, endless())`
  const flags = ['--conditions=@audiohost/source', '--import=tsx', '--input-type=module', '--eval', script]
  const child = spawn(process.execPath, flags, { stdio: ['ignore', 'pipe', 'inherit'] })
  await once(child.stdout, 'data')
  child.kill('SIGKILL')
  await once(child, 'exit')
}
