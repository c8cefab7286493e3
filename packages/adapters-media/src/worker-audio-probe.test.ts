import { monitorEventLoopDelay } from 'node:perf_hooks'
import { StorageUnavailable, TooBusy } from '@audiohost/core'
import { audioProbeContract, aUser, errorOf } from '@audiohost/core/testing'
import { expect } from 'chai'
import { contentOf } from '../samples/content-of.ts'
import { sample, samples } from '../samples/samples.ts'
import { flacBlock, flacWith } from '../samples/tagged.ts'
import { WorkerAudioProbe } from './worker-audio-probe.ts'

const flac = sample('sweep/tagged.flac').bytes
const ownerId = aUser().id

/** Four million empty comments, which are gigabytes once they are objects. */
const flacWithCommentBomb = (): Buffer => {
  const comments = Buffer.alloc(0xfffff0)
  comments.writeUInt32LE(4_000_000, 4)
  return flacWith(flac, [flacBlock(4, comments)])
}

/** A WebM file that consists of empty `Void` elements behind its header. */
function webmWithEmptyElements(count: number): Buffer {
  const header = Buffer.from('1a45dfa38742828477656d62', 'hex')
  header.writeUInt8(0x80 + header.length - 5, 4)
  const segment = Buffer.from('18538067ffffffffffffffff'.slice(0, 8) + '01ffffffffffffff', 'hex')
  return Buffer.concat([header, segment, Buffer.alloc(2 * count, Buffer.from('ec80', 'hex'))])
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
    const result = await probe.probe(contentOf(flacWithCommentBomb()), 'flac', ownerId)
    delay.disable()
    expect(result).to.have.nested.property('media.tags').that.deep.equals({})
    expect(delay.max / 1e6).to.be.below(500)
    expect(await probe.probe(contentOf(flac), 'flac', ownerId)).to.include({ verdict: 'audio' })
  })

  it('ends a thread that exceeds its processor time inside a parser', async () => {
    const hasty = new WorkerAudioProbe({ threads: 1, limits: { cpuMs: 20 } })
    const result = await hasty.probe(contentOf(flacWithCommentBomb()), 'flac', ownerId)
    // If it ended while it read the tags, it may have known the rest already.
    expect(result.verdict === 'audio' ? result.media.tags : {}).to.deep.equal({})
    await hasty.close()
  })

  it('refuses a file of a million empty elements within its processor time', async () => {
    const strict = new WorkerAudioProbe({ threads: 1, limits: { cpuMs: 1000 } })
    const content = contentOf(webmWithEmptyElements(1_000_000))
    expect(await strict.probe(content, 'webm', ownerId)).to.deep.equal({ verdict: 'unreadable' })
    await strict.close()
  })

  it('refuses a file that needs more reads than a probe may make as too complex', async () => {
    const strict = new WorkerAudioProbe({ threads: 1, limits: { reads: 0 } })
    expect(await strict.probe(contentOf(flac), 'flac', ownerId)).to.deep.equal({ verdict: 'too-complex' })
    await strict.close()
  })

  it('does not count the time that the storage takes', async () => {
    const strict = new WorkerAudioProbe({ threads: 1, limits: { cpuMs: 1000 } })
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
    expect(await strict.probe(slow, 'flac', ownerId)).to.include({ verdict: 'audio' })
    await strict.close()
  })

  it('takes a storage that does not answer for unavailable, and probes on', async () => {
    const hasty = new WorkerAudioProbe({ threads: 1, limits: { readMs: 20 } })
    const silent = { sizeBytes: 1000, read: () => new Promise<Uint8Array>(() => undefined) }
    expect(await errorOf(hasty.probe(silent, 'flac', ownerId))).to.be.instanceOf(StorageUnavailable)
    expect(await hasty.probe(contentOf(flac), 'flac', ownerId)).to.include({ verdict: 'audio' })
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
    const results = await Promise.all(Array.from({ length: 8 }, () => pair.probe(counted, 'flac', ownerId)))
    expect(results.map(({ verdict }) => verdict)).to.deep.equal(Array(8).fill('audio'))
    expect(most).to.be.at.most(2)
    await pair.close()
  })

  it('serves another owner while one floods it', async () => {
    const pair = new WorkerAudioProbe({ threads: 2, maxWaiting: 8 })
    const flooder = aUser().id
    let release = (): void => undefined
    const isReleased = new Promise<void>((resolve) => (release = resolve))
    const content = contentOf(flac)
    const held = {
      ...content,
      read: async (start: number, end: number) => {
        await isReleased
        return content.read(start, end)
      },
    }
    const flood = Array.from({ length: 12 }, () => pair.probe(held, 'flac', flooder))
    const outcomes = Promise.allSettled(flood)
    expect(await pair.probe(content, 'flac', aUser().id)).to.include({ verdict: 'audio' })
    release()
    const refused = (await outcomes).filter(({ status }) => status === 'rejected')
    expect(refused).to.have.length(3)
    for (const { reason } of refused as PromiseRejectedResult[])
      expect(reason).to.be.instanceOf(TooBusy).with.property('retryAfterSeconds', 5)
    await pair.close()
  })
})
