import { expect } from 'chai'
import type { AudioFormat } from '../audio/audio-format.ts'
import { mostSniffedBytes, sniffedBytes, type AudioSniffer } from '../audio/audio-sniffer.ts'
import { someBytes } from './bytes.ts'

export interface AudioSnifferContract {
  readonly make: () => Promise<AudioSniffer>
  readonly audio: readonly {
    readonly format: AudioFormat
    readonly name: string
    readonly bytes: Uint8Array
  }[]
  readonly unsupported: readonly { readonly name: string; readonly bytes: Uint8Array }[]
  readonly notAudio: readonly { readonly name: string; readonly bytes: Uint8Array }[]
}

/** What every `AudioSniffer` promises, shown on the samples that are given. */
export function audioSnifferContract({ make, audio, unsupported, notAudio }: AudioSnifferContract): void {
  let sniffer: AudioSniffer

  beforeEach(async () => {
    sniffer = await make()
  })

  for (const { name, format, bytes } of audio) {
    it(`tells ${name} to be ${format} by its first bytes`, async () => {
      const expected = { verdict: 'audio', format }
      expect(await sniffer.sniff(bytes.subarray(0, sniffedBytes))).to.deep.equal(expected)
    })
  }

  for (const { name, bytes } of unsupported) {
    it(`tells ${name} to be unsupported, and names its format`, async () => {
      const result = await sniffer.sniff(bytes.subarray(0, sniffedBytes))
      expect(result).to.include({ verdict: 'unsupported' })
      expect(result).to.have.property('format').that.is.a('string').and.not.empty
    })
  }

  for (const { name, bytes } of notAudio) {
    it(`tells ${name} to be no audio`, async () => {
      const { verdict } = await sniffer.sniff(bytes.subarray(0, sniffedBytes))
      expect(verdict).to.be.oneOf(['not-audio', 'undecided'])
    })
  }

  it('has a verdict for every beginning of a sample, however short', async () => {
    for (const { bytes } of [...audio, ...unsupported, ...notAudio]) {
      for (let length = 0; length < Math.min(bytes.length, 64); length++) {
        const { verdict } = await sniffer.sniff(bytes.subarray(0, length))
        expect(verdict).to.be.oneOf(['audio', 'unsupported', 'not-audio', 'undecided'])
      }
    }
  })

  it('decides with all the bytes that it may ask for', async () => {
    const { verdict } = await sniffer.sniff(someBytes(mostSniffedBytes, 'noise'))
    expect(verdict).to.equal('not-audio')
  })

  it('has a verdict for noise', async () => {
    for (let seed = 0; seed < 50; seed++) {
      const { verdict } = await sniffer.sniff(someBytes(sniffedBytes, `noise ${seed}`))
      expect(verdict).to.be.oneOf(['audio', 'unsupported', 'not-audio', 'undecided'])
    }
  })
}
