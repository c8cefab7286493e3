import { performance, monitorEventLoopDelay } from 'node:perf_hooks'
import { StorageUnavailable } from '@audiohost/core'
import { audioProbeContract, errorOf } from '@audiohost/core/testing'
import { expect } from 'chai'
import { contentOf } from '../samples/content-of.ts'
import { sample, samples } from '../samples/samples.ts'
import { flacBlock, flacWith } from '../samples/tagged.ts'
import { WorkerAudioProbe } from './worker-audio-probe.ts'

const flac = sample('sweep/tagged.flac').bytes

/** Four million empty comments, which are gigabytes once they are objects. */
const flacWithCommentBomb = (): Buffer => {
  const comments = Buffer.alloc(0xfffff0)
  comments.writeUInt32LE(4_000_000, 4)
  return flacWith(flac, [flacBlock(4, comments)])
}

describe('WorkerAudioProbe', () => {
  const probe = new WorkerAudioProbe({ threads: 1 })
  after(() => probe.close())

  audioProbeContract({
    make: async () => probe,
    audio: samples,
    truncated: [{ ...sample('sweep/tagged.flac'), bytes: flac.subarray(0, 9000) }],
  })

  it('accepts audio whose tags are a bomb, and serves on while they are parsed', async () => {
    const delay = monitorEventLoopDelay({ resolution: 5 })
    delay.enable()
    const result = await probe.probe(contentOf(flacWithCommentBomb()), 'flac')
    delay.disable()
    expect(result).to.have.nested.property('media.tags').that.deep.equals({})
    expect(delay.max / 1e6).to.be.below(500)
    expect(await probe.probe(contentOf(flac), 'flac')).to.include({ verdict: 'audio' })
  })

  it('ends a thought that takes too long', async () => {
    const hasty = new WorkerAudioProbe({ threads: 1, limits: { thinkingMs: 60 } })
    const startedAt = performance.now()
    const result = await hasty.probe(contentOf(flacWithCommentBomb()), 'flac')
    // Ended while it read the tags, it may have known the rest already.
    expect(result.verdict === 'audio' ? result.media.tags : {}).to.deep.equal({})
    expect(performance.now() - startedAt).to.be.below(10_000)
    await hasty.close()
  })

  it('does not count the time that the storage takes', async () => {
    const strict = new WorkerAudioProbe({ threads: 1, limits: { thinkingMs: 1000 } })
    const content = contentOf(flac)
    let waitMs = 1600
    const slow = {
      ...content,
      read: async (start: number, end: number) => {
        await new Promise((resolve) => setTimeout(resolve, waitMs))
        waitMs = 0
        return content.read(start, end)
      },
    }
    expect(await strict.probe(slow, 'flac')).to.include({ verdict: 'audio' })
    await strict.close()
  })

  it('takes a storage that does not answer for unavailable, and probes on', async () => {
    const hasty = new WorkerAudioProbe({ threads: 1, limits: { readMs: 20 } })
    const silent = { sizeBytes: 1000, read: () => new Promise<Uint8Array>(() => undefined) }
    expect(await errorOf(hasty.probe(silent, 'flac'))).to.be.instanceOf(StorageUnavailable)
    expect(await hasty.probe(contentOf(flac), 'flac')).to.include({ verdict: 'audio' })
    await hasty.close()
  })

  it('lets no more contents in at once than it has threads', async () => {
    let reading = 0
    let most = 0
    const content = contentOf(flac)
    const counted = {
      ...content,
      read: async (start: number, end: number) => {
        most = Math.max(most, ++reading)
        await new Promise((resolve) => setImmediate(resolve))
        reading--
        return content.read(start, end)
      },
    }
    const pair = new WorkerAudioProbe({ threads: 2 })
    const results = await Promise.all(Array.from({ length: 8 }, () => pair.probe(counted, 'flac')))
    expect(results.map(({ verdict }) => verdict)).to.deep.equal(Array(8).fill('audio'))
    expect(most).to.be.at.most(2)
    await pair.close()
  })
})
