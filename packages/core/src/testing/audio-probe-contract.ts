import { expect } from 'chai'
import { contentTypeOf, type AudioFormat } from '../audio/audio-format.ts'
import type { AudioProbe, RandomAccessContent } from '../audio/audio-probe.ts'
import type { MediaFacts } from '../audio/audio.ts'
import { StorageUnavailable } from '../errors.ts'
import { aUser } from './builders.ts'
import { someBytes } from './bytes.ts'
import { errorOf } from './race.ts'

interface Sample {
  readonly name: string
  readonly format: AudioFormat
  readonly bytes: Uint8Array
}

export interface AudioProbeContract {
  readonly make: () => Promise<AudioProbe>
  /** With those of the facts that are known beforehand; a duration may differ by a tenth of a second. */
  readonly audio: readonly (Sample & { readonly media: Partial<MediaFacts> })[]
  readonly truncated: readonly Sample[]
}

const verdicts = ['audio', 'unsupported', 'truncated', 'unreadable', 'too-complex']

/** What every `AudioProbe` promises, shown on the samples that are given. */
export function audioProbeContract({ make, audio, truncated }: AudioProbeContract): void {
  const ownerId = aUser().id
  let probe: AudioProbe

  beforeEach(async () => {
    probe = await make()
  })

  for (const { name, format, bytes, media } of audio) {
    it(`reads what ${name} says of itself`, async () => {
      const result = await probe.probe(contentOf(bytes), format, ownerId)
      if (result.verdict !== 'audio') throw new Error(`The verdict is ${result.verdict}`)
      const { durationSeconds, ...facts } = media
      expect(result.media).to.deep.include({ contentType: contentTypeOf[format], ...facts })
      if (durationSeconds !== undefined) {
        expect(result.media.durationSeconds).to.be.closeTo(durationSeconds, 0.1)
      }
    })
  }

  for (const { name, format, bytes } of truncated) {
    it(`sees that ${name} is cut off`, async () => {
      expect(await probe.probe(contentOf(bytes), format, ownerId)).to.deep.equal({ verdict: 'truncated' })
    })
  }

  it('has a verdict wherever a sample is cut off', async () => {
    for (const { format, bytes } of audio) {
      for (let tenth = 0; tenth < 10; tenth++) {
        const cut = bytes.subarray(0, Math.floor((bytes.length * tenth) / 10))
        expect((await probe.probe(contentOf(cut), format, ownerId)).verdict).to.be.oneOf(verdicts)
      }
    }
  })

  it('has a verdict where noise follows the first bytes of a sample', async () => {
    for (const { format, bytes, name } of audio) {
      const noisy = Buffer.concat([bytes.subarray(0, 40), someBytes(20_000, name)])
      expect((await probe.probe(contentOf(noisy), format, ownerId)).verdict).to.be.oneOf(verdicts)
    }
  })

  it('passes an error of the storage on as it is: it says nothing of the audio', async () => {
    for (const { format, bytes } of audio) {
      const failure = new StorageUnavailable()
      const content = { sizeBytes: bytes.length, read: () => Promise.reject(failure) }
      expect(await errorOf(probe.probe(content, format, ownerId))).to.equal(failure)
    }
  })
}

/** Refuses what no content could be asked for. */
function contentOf(bytes: Uint8Array): RandomAccessContent {
  return {
    sizeBytes: bytes.length,
    read: async (start, end) => {
      if (!(Number.isInteger(start) && Number.isInteger(end) && 0 <= start && start <= end)) {
        throw new RangeError(`The probe asked for the bytes from ${start} to ${end}`)
      }
      return bytes.slice(start, end)
    },
  }
}
