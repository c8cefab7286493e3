import { StorageUnavailable } from '@audiohost/core'
import { audioProbeContract, errorOf } from '@audiohost/core/testing'
import { expect } from 'chai'
import { contentOf } from '../samples/content-of.ts'
import { flacWithLongLyrics, isOfLyrics } from '../samples/long-lyrics.ts'
import { films, refusedCodecs, sample, samples } from '../samples/samples.ts'
import { MusicMetadataProbe } from './music-metadata-probe.ts'

const half = samples
  .filter(({ name }) => !name.endsWith('cbr.mp3'))
  .map((one) => ({ ...one, bytes: one.bytes.subarray(0, one.bytes.length / 2 + 1) }))

describe('MusicMetadataProbe', () => {
  const probe = new MusicMetadataProbe()

  audioProbeContract({ make: async () => new MusicMetadataProbe(), audio: samples, truncated: half })

  for (const { name, format, bytes } of films) {
    it(`tells ${name} to be a film`, async () => {
      const expected = { verdict: 'unsupported', format: format === 'mp4' ? 'MPEG-4 video' : 'WebM video' }
      expect(await probe.probe(contentOf(bytes), format)).to.deep.equal(expected)
    })
  }

  for (const { name, format, bytes, named } of refusedCodecs) {
    it(`names the codec of ${name}`, async () => {
      const expected = { verdict: 'unsupported', format: named }
      expect(await probe.probe(contentOf(bytes), format)).to.deep.equal(expected)
    })
  }

  it('averages the bitrate over the sound', async () => {
    const { bytes } = sample('sweep/cbr.mp3')
    const result = await probe.probe(contentOf(bytes), 'mp3')
    expect(result).to.have.nested.property('media.bitrate').that.is.closeTo(64_000, 200)
  })

  it('has a tag that is too large cost the tags, not the upload', async () => {
    const size = Buffer.from([0x49, 0x44, 0x33, 3, 0, 0, 0, 0x40, 0, 0])
    const cover = Buffer.concat([size, Buffer.alloc(0x40 << 14), sample('sweep/cbr.mp3').bytes])
    const small = new MusicMetadataProbe({ pieceBytes: 512 * 1024 })
    const result = await small.probe(contentOf(cover), 'mp3')
    expect(result).to.deep.include({ verdict: 'audio' })
    expect(result).to.have.nested.property('media.durationSeconds').that.is.closeTo(1.04, 0.05)
  })

  it('asks the storage seldom', async () => {
    for (const { name, format, bytes } of samples) {
      let reads = 0
      const content = contentOf(bytes)
      await probe.probe({ ...content, read: (start, end) => (reads++, content.read(start, end)) }, format)
      expect(reads, name).to.be.at.most(4)
    }
  })

  it('passes on an error of the storage in the middle of the tags', async () => {
    const failure = new StorageUnavailable()
    const content = contentOf(flacWithLongLyrics)
    const failing = {
      ...content,
      read: async (start: number, end: number) => {
        if (isOfLyrics(start, end)) throw failure
        return content.read(start, end)
      },
    }
    expect(await errorOf(probe.probe(failing, 'flac'))).to.equal(failure)
  })

  it('takes a storage that does not answer for unavailable', async () => {
    const hasty = new MusicMetadataProbe({ readMs: 20 })
    const silent = { sizeBytes: 1000, read: () => new Promise<Uint8Array>(() => undefined) }
    expect(await errorOf(hasty.probe(silent, 'flac'))).to.be.instanceOf(StorageUnavailable)
  })

  it('takes a storage that has less than it said for a fault', async () => {
    const short = { sizeBytes: 5000, read: async () => new Uint8Array(10) }
    expect(await errorOf(probe.probe(short, 'wav'))).to.be.an('error')
  })

  it('finds bytes too complex that take too many reads', async () => {
    const stingy = new MusicMetadataProbe({ reads: 0 })
    const { bytes } = sample('sweep/tagged.flac')
    expect(await stingy.probe(contentOf(bytes), 'flac')).to.deep.equal({ verdict: 'too-complex' })
  })
})
