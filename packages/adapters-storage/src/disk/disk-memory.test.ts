import { expect } from 'chai'
import { DiskAudioContentStore } from './disk-audio-content-store.ts'
import { anAudioId } from '../testing/content.ts'
import { aTemporaryFolder } from '../testing/temporary-folder.ts'

const mebibyte = 1024 * 1024

describe('The memory of DiskAudioContentStore', () => {
  it('does not grow with the size of a content, written or read', async () => {
    const store = await DiskAudioContentStore.open(await aTemporaryFolder())
    const id = anAudioId()
    let most = 0
    const before = process.memoryUsage.rss()
    const observe = () => (most = Math.max(most, process.memoryUsage.rss() - before))
    let ahead = 0

    async function* source() {
      for (let piece = 0; piece < 200; piece++) {
        ahead++
        observe()
        // New each time, as what comes from a socket is.
        yield Buffer.alloc(mebibyte, piece)
        ahead--
      }
    }
    await store.write(id, source())
    expect(ahead).to.equal(0)

    let readBytes = 0
    for await (const piece of (await store.open(id)) ?? []) {
      readBytes += (piece as Buffer).length
      observe()
    }
    expect(readBytes).to.equal(200 * mebibyte)
    expect(most).to.be.below(64 * mebibyte)
  })

  it('asks for the next piece only when the last has been stored', async () => {
    const store = await DiskAudioContentStore.open(await aTemporaryFolder())
    let asked = 0
    const source: AsyncIterable<Uint8Array> = {
      [Symbol.asyncIterator]: () => ({
        async next() {
          asked++
          return asked > 5 ? { done: true, value: undefined } : { done: false, value: Buffer.alloc(1) }
        },
      }),
    }
    await store.write(anAudioId(), source)
    expect(asked).to.equal(6)
  })
})
