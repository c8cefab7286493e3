import { performance } from 'node:perf_hooks'
import { audioFormats, type MediaFacts } from '@audiohost/core'
import { expect } from 'chai'
import fc from 'fast-check'
import { contentOf } from '../samples/content-of.ts'
import { samples, type Sample } from '../samples/samples.ts'
import { MagicAudioSniffer } from './magic-audio-sniffer.ts'
import { MusicMetadataProbe } from './music-metadata-probe.ts'

const probe = new MusicMetadataProbe()
const sniffer = new MagicAudioSniffer()
const slowestMs = 2000

interface Mutation {
  readonly sample: Sample
  readonly edits: readonly (readonly [number, number])[]
  readonly cutAt: number
}

/** Positions are shares of the file, most of them in its first part, where the structure is. */
const position = fc.oneof(
  fc.double({ min: 0, max: 0.05, noNaN: true }),
  fc.double({ min: 0, max: 1, noNaN: true }),
)
const value = fc.oneof(fc.constantFrom(0, 1, 0x7f, 0x80, 0xff), fc.nat(255))
const mutation: fc.Arbitrary<Mutation> = fc.record({
  sample: fc.constantFrom(...samples),
  edits: fc.array(fc.tuple(position, value), { minLength: 1, maxLength: 12 }),
  cutAt: fc.oneof(fc.constant(1), fc.double({ min: 0, max: 1, noNaN: true })),
})

function mutated({ sample, edits, cutAt }: Mutation): Buffer {
  const bytes = Buffer.from(sample.bytes)
  for (const [at, byte] of edits) bytes[Math.floor(at * (bytes.length - 1))] = byte
  return bytes.subarray(0, Math.floor(bytes.length * cutAt))
}

function expectSane(media: MediaFacts): void {
  for (const [number, most] of [
    [media.durationSeconds, 366 * 24 * 3600],
    [media.bitrate, 1e9],
    [media.sampleRate, 1e7],
    [media.channels, 255],
  ] as const) {
    if (number !== undefined) expect(number).to.be.within(Number.MIN_VALUE, most)
  }
  expect(Object.keys(media.tags).length).to.be.at.most(40)
  for (const text of Object.values(media.tags)) {
    expect(text.isWellFormed()).to.equal(true)
    expect(text).to.not.match(/\p{Cc}/u)
    expect([...text].length).to.be.within(1, 1000)
  }
}

async function expectVerdict(bytes: Buffer, format: Sample['format']): Promise<void> {
  const startedAt = performance.now()
  const result = await probe.probe(contentOf(bytes), format)
  expect(performance.now() - startedAt).to.be.below(slowestMs)
  if (result.verdict === 'audio') expectSane(result.media)
  await sniffer.sniff(bytes.subarray(0, 4100))
}

describe('hostile bytes', function () {
  this.timeout(60_000)
  const seed = 20240601

  it('have a verdict with sane numbers, soon, whatever is changed in a sample', async () => {
    const property = fc.asyncProperty(mutation, (one) => expectVerdict(mutated(one), one.sample.format))
    await fc.assert(property, { numRuns: 3000, seed })
  })

  it('have a verdict whatever stands before a sample, for every claimed format', async () => {
    const prefixed = fc.tuple(
      fc.uint8Array({ maxLength: 300 }),
      fc.constantFrom(...samples),
      fc.constantFrom(...audioFormats),
    )
    const property = fc.asyncProperty(prefixed, ([prefix, { bytes }, format]) =>
      expectVerdict(Buffer.concat([prefix, bytes]), format),
    )
    await fc.assert(property, { numRuns: 600, seed })
  })

  it('are not taken for audio where they are noise behind two lucky bytes', async () => {
    const sync = fc.constantFrom([0xff, 0xfb], [0xff, 0xf1], [0xff, 0xfe], [0xff, 0xf3])
    const noise = fc.tuple(sync, fc.uint8Array({ minLength: 4098, maxLength: 4098, size: 'max' }))
    const property = fc.asyncProperty(noise, async ([start, rest]) => {
      const { verdict } = await sniffer.sniff(Buffer.concat([Buffer.from(start), rest]))
      expect(verdict).to.not.equal('audio')
    })
    await fc.assert(property, { numRuns: 500, seed })
  })
})
