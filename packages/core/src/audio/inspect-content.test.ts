import { createHash } from 'node:crypto'
import { expect } from 'chai'
import fc from 'fast-check'
import { errorOf, FakeAudioSniffer, inPieces, refusalOf, someBytes } from '../testing/index.ts'
import { NotAudio } from '../errors.ts'
import { mostSniffedBytes, sniffedBytes, type AudioSniffer } from './audio-sniffer.ts'
import { inspectContent } from './inspect-content.ts'

const sniffer = new FakeAudioSniffer()
const limitBytes = 10_000

async function* piecesOf(pieces: readonly Uint8Array[]): AsyncGenerator<Uint8Array, void, undefined> {
  yield* pieces
}

async function drain(bytes: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const pieces: Uint8Array[] = []
  for await (const piece of bytes) pieces.push(Uint8Array.from(piece))
  return Buffer.concat(pieces)
}

const flac = (length: number): Buffer => Buffer.concat([Buffer.from('fLaC'), someBytes(length - 4)])

/** The bytes cut at arbitrary places, empty pieces among them. */
const splits = (bytes: Buffer): fc.Arbitrary<Buffer[]> =>
  fc.array(fc.nat(bytes.length), { maxLength: 12 }).map((cuts) => {
    const places = [0, ...cuts.sort((a, b) => a - b), bytes.length]
    return places.slice(1).map((end, index) => bytes.subarray(places[index], end))
  })

describe('inspectContent', () => {
  for (const length of [4, 100, sniffedBytes - 1, sniffedBytes, sniffedBytes + 1, limitBytes]) {
    it(`passes ${length} bytes on as they came, however they are cut, and knows their facts`, async () => {
      const content = flac(length)
      await fc.assert(
        fc.asyncProperty(splits(content), async (pieces) => {
          const inspected = inspectContent(piecesOf(pieces), { sniffer, limitBytes })
          expect((await drain(inspected.bytes)).equals(content)).to.equal(true)
          expect(inspected.facts()).to.deep.equal({
            sizeBytes: length,
            sha256: createHash('sha256').update(content).digest('hex'),
            format: 'flac',
          })
        }),
        { numRuns: 30 },
      )
    })
  }

  it('sniffs once, with as many first bytes as a verdict needs', async () => {
    const heads: number[] = []
    const watching: AudioSniffer = {
      sniff: async (head) => {
        heads.push(head.length)
        return sniffer.sniff(head)
      },
    }
    const { bytes } = inspectContent(inPieces(flac(9000), 100), { sniffer: watching, limitBytes })
    await drain(bytes)
    expect(heads).to.deep.equal([sniffedBytes])
  })

  for (const [what, content, code, reason] of [
    ['nothing', [], 'not_audio', 'empty'],
    ['empty pieces', [Buffer.alloc(0), Buffer.alloc(0)], 'not_audio', 'empty'],
    ['a page', [Buffer.from('<html>')], 'not_audio', 'unknown'],
    ['a long page', [Buffer.from('<html>'), someBytes(8000)], 'not_audio', 'unknown'],
    ['a film', [Buffer.from('FWS film')], 'unsupported_audio', undefined],
  ] as const) {
    it(`passes nothing of ${what} on`, async () => {
      const inspected = inspectContent(piecesOf(content), { sniffer, limitBytes })
      let passed = 0
      const refusal = await refusalOf(
        (async () => {
          for await (const piece of inspected.bytes) passed += piece.length
        })(),
      )
      expect(refusal).to.include(reason === undefined ? { code } : { code, reason })
      expect(passed).to.equal(0)
      expect(() => inspected.facts()).to.throw('has not been read to its end')
    })
  }

  it('refuses the byte beyond the limit, and asks the source for no more', async () => {
    let given = 0
    let closed = false
    async function* endless(): AsyncGenerator<Uint8Array, void, undefined> {
      try {
        for (;;) {
          const piece = given === 0 ? flac(1000) : someBytes(1000)
          given += piece.length
          yield piece
        }
      } finally {
        closed = true
      }
    }
    const { bytes } = inspectContent(endless(), { sniffer, limitBytes })
    expect(await refusalOf(drain(bytes))).to.include({ code: 'content_too_large', limitBytes })
    expect(given).to.equal(11_000)
    expect(closed).to.equal(true)
  })

  it('is over where the source fails, with its very error, and without facts', async () => {
    const failure = new Error('the line was cut')
    async function* failing(): AsyncGenerator<Uint8Array, void, undefined> {
      yield flac(8000)
      throw failure
    }
    const inspected = inspectContent(failing(), { sniffer, limitBytes })
    expect(await errorOf(drain(inspected.bytes))).to.equal(failure)
    expect(() => inspected.facts()).to.throw('has not been read to its end')
  })

  it('closes the source where the reader stops early', async () => {
    let closed = false
    async function* watched(): AsyncGenerator<Uint8Array, void, undefined> {
      try {
        yield flac(8000)
        yield someBytes(10)
      } finally {
        closed = true
      }
    }
    for await (const _ of inspectContent(watched(), { sniffer, limitBytes }).bytes) break
    expect(closed).to.equal(true)
  })

  it('takes a source that fills one buffer again and again', async () => {
    const content = flac(6000)
    async function* reusing(): AsyncGenerator<Uint8Array, void, undefined> {
      const buffer = Buffer.alloc(1000)
      for (let start = 0; start < content.length; start += 1000) {
        content.copy(buffer, 0, start, start + 1000)
        yield buffer
      }
    }
    const inspected = inspectContent(reusing(), { sniffer, limitBytes })
    expect((await drain(inspected.bytes)).equals(content)).to.equal(true)
  })

  it('asks an undecided sniffer again with more bytes, and refuses what stays undecided', async () => {
    const heads: number[] = []
    const asking = (decidesAt: number): AudioSniffer => ({
      sniff: async ({ length }) => {
        heads.push(length)
        return length >= decidesAt ? { verdict: 'audio', format: 'mp3' } : { verdict: 'undecided' }
      },
    })
    const read = (sniffer: AudioSniffer, sizeBytes: number) => {
      const options = { sniffer, limitBytes: 1_000_000 }
      return drain(inspectContent(inPieces(someBytes(sizeBytes), 1000), options).bytes)
    }
    expect((await read(asking(mostSniffedBytes), 200_000)).length).to.equal(200_000)
    expect(heads).to.deep.equal([5000, 132_000])
    expect((await read(asking(9000), 9000)).length).to.equal(9000)
    for (const sizeBytes of [9000, 200_000])
      expect(await errorOf(read(asking(Infinity), sizeBytes))).to.be.instanceOf(NotAudio)
  })

  it('pulls no further ahead than its first bytes', async () => {
    let given = 0
    async function* counting(): AsyncGenerator<Uint8Array, void, undefined> {
      for (; given < 9; given++) yield given === 0 ? flac(1000) : someBytes(1000)
    }
    const reader = inspectContent(counting(), { sniffer, limitBytes }).bytes[Symbol.asyncIterator]()
    await reader.next()
    expect(given).to.equal(Math.floor(sniffedBytes / 1000))
    for (let piece = 2; piece <= 7; piece++) await reader.next()
    expect(given).to.equal(6)
  })
})
