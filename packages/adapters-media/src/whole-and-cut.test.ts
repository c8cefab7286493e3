import { contentTypeOf, type AudioFormat } from '@audiohost/core'
import { expect } from 'chai'
import { sample, samples } from '../samples/samples.ts'
import { contentOf } from '../samples/content-of.ts'
import { MusicMetadataProbe } from './music-metadata-probe.ts'

const probe = new MusicMetadataProbe()
const verdictOf = async (bytes: Buffer, format: AudioFormat) =>
  (await probe.probe(contentOf(bytes), format)).verdict
const bytesOf = (name: string): Buffer => Buffer.from(sample(name).bytes)
const latin1 = (text: string): Buffer => Buffer.from(text, 'latin1')

const id3v1 = Buffer.concat([latin1('TAG'), Buffer.alloc(125, 0x20)])
const apeTag = Buffer.concat([
  latin1('APETAGEX'),
  Buffer.from([0xd0, 7, 0, 0, 32, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x80]),
  Buffer.alloc(8),
])
const ape = Buffer.concat([apeTag, apeTag])
ape[32 + 20 + 3] = 0x80

function written(bytes: Buffer, patch: (bytes: Buffer) => void): Buffer {
  patch(bytes)
  return bytes
}

const withoutHeader = (name: string): Buffer => {
  const bytes = bytesOf(name)
  const frame = bytes.indexOf('Xing') - 21
  return bytes.subarray(frame)
}

describe('a whole file', () => {
  const whole: readonly (readonly [string, AudioFormat, Buffer])[] = [
    ['mp3 with an ID3v1 tag', 'mp3', Buffer.concat([bytesOf('spoken/cbr.mp3'), id3v1])],
    [
      'mp3 with an APE tag before an ID3v1 tag',
      'mp3',
      Buffer.concat([bytesOf('sweep/vbr-cover.mp3'), ape, id3v1]),
    ],
    [
      'mp3 with zeros before its first frame',
      'mp3',
      Buffer.concat([Buffer.alloc(900), bytesOf('sweep/cbr.mp3')]),
    ],
    ['mp3 that lost its tag but not its header', 'mp3', withoutHeader('sweep/vbr-cover.mp3')],
    [
      'two mp3 files joined',
      'mp3',
      Buffer.concat([bytesOf('sweep/vbr-cover.mp3'), bytesOf('spoken/vbr-cover.mp3')]),
    ],
    ['flac with an ID3v1 tag', 'flac', Buffer.concat([bytesOf('sweep/tagged.flac'), id3v1])],
    [
      'flac with padding behind it',
      'flac',
      Buffer.concat([bytesOf('sweep/tagged.flac'), Buffer.alloc(3000)]),
    ],
    [
      'flac that does not know its length',
      'flac',
      written(bytesOf('sweep/tagged.flac'), (bytes) =>
        bytes.fill(0, 22, 26).writeUInt8(0xf0 & (bytes[21] ?? 0), 21),
      ),
    ],
    ['wav written to a pipe', 'wav', written(bytesOf('sweep/pcm24.wav'), streamed(0xffffffff))],
    ['wav that a crash left without sizes', 'wav', written(bytesOf('sweep/pcm24.wav'), streamed(0))],
    ['wav written to a pipe by sox', 'wav', written(bytesOf('sweep/pcm24.wav'), streamed(0x7ffff024))],
    ['wav with a list behind its data', 'wav', withListBehind(bytesOf('sweep/pcm24.wav'))],
    ['wav whose data claims the whole file', 'wav', written(bytesOf('sweep/pcm24.wav'), claimingTooMuch)],
    ['aiff written to a pipe', 'aiff', written(bytesOf('sweep/pcm16.aiff'), streamedAiff)],
    ['ogg with rubbish behind it', 'ogg', Buffer.concat([bytesOf('sweep/vorbis.ogg'), Buffer.alloc(500, 7)])],
    [
      'ogg that ends in the letter O and rubbish',
      'ogg',
      Buffer.concat([bytesOf('sweep/opus.ogg'), latin1('xO')]),
    ],
    ['two ogg files joined', 'ogg', Buffer.concat([bytesOf('sweep/vorbis.ogg'), bytesOf('spoken/opus.ogg')])],
    ['mp4 with rubbish behind it', 'mp4', Buffer.concat([bytesOf('sweep/alac.m4a'), Buffer.alloc(99, 0xee)])],
    ['mp4 with zeros behind it', 'mp4', Buffer.concat([bytesOf('sweep/alac.m4a'), Buffer.alloc(5)])],
    ['ADTS with an ID3v1 tag', 'aac', Buffer.concat([bytesOf('sweep/adts.aac'), id3v1])],
    ['ADTS with zeros behind it', 'aac', Buffer.concat([bytesOf('sweep/adts.aac'), Buffer.alloc(3)])],
    ['webm that a browser recorded', 'webm', written(bytesOf('sweep/opus.webm'), recordedLive)],
  ]
  for (const [name, format, bytes] of whole) {
    it(`is recognised: ${name}`, async () => {
      const result = await probe.probe(contentOf(bytes), format)
      if (result.verdict !== 'audio') throw new Error(`The verdict is ${result.verdict}`)
      expect(result.media.contentType).to.equal(contentTypeOf[format])
      const { durationSeconds } = result.media
      if (name !== 'two ogg files joined') expect(durationSeconds).to.be.within(0.9, 2.5)
    })
  }

  it('adds up what is joined', async () => {
    const joined = Buffer.concat([bytesOf('sweep/cbr.mp3'), id3v1, bytesOf('spoken/cbr.mp3')])
    const result = await probe.probe(contentOf(joined), 'mp3')
    expect(result).to.have.nested.property('media.durationSeconds').that.is.closeTo(2.32, 0.05)
  })

  it('is recognised as what it is behind a tag that hid it from the sniffer', async () => {
    const tag = Buffer.concat([Buffer.from([0x49, 0x44, 0x33, 3, 0, 0, 0, 0, 0x40, 0]), Buffer.alloc(8192)])
    for (const [name, claimed, format] of [
      ['sweep/tagged.flac', 'mp3', 'flac'],
      ['sweep/adts.aac', 'mp3', 'aac'],
    ] as const) {
      const result = await probe.probe(contentOf(Buffer.concat([tag, bytesOf(name)])), claimed)
      expect(result).to.have.nested.property('media.contentType', contentTypeOf[format])
    }
  })
})

/** Frames of mp3 without a header of the whole say nothing of it. */
const isTold = (name: string): boolean => !name.endsWith('cbr.mp3')
const tellsLastBytes = (name: string): boolean => isTold(name) && !name.endsWith('.mp3')

describe('a cut file', () => {
  for (const { name, format, bytes } of samples.filter((one) => isTold(one.name))) {
    it(`is recognised at 10, 50 and 90 %: ${name}`, async () => {
      for (const share of [0.1, 0.5, 0.9]) {
        // Two bytes more, because half of an mp3 happens to end between two frames.
        const verdict = await verdictOf(bytes.subarray(0, Math.floor(bytes.length * share) + 2), format)
        // A tenth of the smallest has no two frames to go by.
        expect(verdict, `${share}`).to.be.oneOf(share === 0.1 ? ['truncated', 'unreadable'] : ['truncated'])
      }
    })
  }

  for (const { name, format, bytes } of samples.filter((one) => tellsLastBytes(one.name))) {
    it(`is recognised by its last few bytes: ${name}`, async () => {
      for (const missing of [1, 2, 3, 4, 7, 8, 16])
        expect(await verdictOf(bytes.subarray(0, bytes.length - missing), format), `${missing}`).to.equal(
          'truncated',
        )
    })
  }

  it('is recognised wherever flac is cut inside a frame, and is shorter audio between two frames', async () => {
    const bytes = bytesOf('sweep/tagged.flac')
    const between: number[] = []
    for (let end = bytes.length - 6000; end < bytes.length; end++) {
      const result = await probe.probe(contentOf(bytes.subarray(0, end)), 'flac')
      if (result.verdict !== 'audio') expect(result.verdict, `${end}`).to.equal('truncated')
      else between.push(result.media.durationSeconds ?? 0)
    }
    expect(between).to.have.lengthOf.within(1, 8)
    const blocks = between.map((seconds) => Math.round((seconds * 16_000) / 1152))
    expect(new Set(blocks).size).to.equal(between.length)
  })

  it('is recognised by the first letters of another ogg page', async () => {
    const bytes = bytesOf('sweep/vorbis.ogg')
    const page = bytes.lastIndexOf('OggS')
    for (const letters of [1, 2, 3, 4, 20])
      expect(await verdictOf(bytes.subarray(0, page + letters), 'ogg'), `${letters}`).to.equal('truncated')
  })

  it('is recognised in the middle of a cover', async () => {
    const cover = Buffer.concat([Buffer.from([0x49, 0x44, 0x33, 4, 0, 0, 0, 0x7f, 0, 0]), Buffer.alloc(9000)])
    expect(await verdictOf(cover, 'mp3')).to.equal('truncated')
  })

  it('is recognised where a browser stopped in the middle of a block', async () => {
    const live = written(bytesOf('sweep/opus.webm'), recordedLive)
    expect(await verdictOf(live.subarray(0, -900), 'webm')).to.equal('truncated')
  })

  it('is recognised where the media of a fragment are missing', async () => {
    const bytes = bytesOf('sweep/fragmented.m4a')
    const media = bytes.lastIndexOf('mdat') - 4
    expect(await verdictOf(bytes.subarray(0, media), 'mp4')).to.equal('truncated')
  })

  it('is unreadable where nothing of the sound is left', async () => {
    expect(await verdictOf(bytesOf('sweep/cbr.mp3').subarray(0, 300), 'mp3')).to.equal('unreadable')
    expect(await verdictOf(Buffer.alloc(0), 'mp3')).to.equal('unreadable')
  })
})

function streamed(size: number) {
  return (bytes: Buffer): void => {
    bytes.writeUInt32LE(size, 4)
    bytes.writeUInt32LE(size, bytes.indexOf('data') + 4)
  }
}

function streamedAiff(bytes: Buffer): void {
  bytes.writeUInt32BE(0, 4)
  bytes.writeUInt32BE(0, bytes.indexOf('SSND') + 4)
}

function claimingTooMuch(bytes: Buffer): void {
  bytes.writeUInt32LE(bytes.length, bytes.indexOf('data') + 4)
}

function withListBehind(bytes: Buffer): Buffer {
  const list = Buffer.concat([latin1('LIST\x10\0\0\0INFOINAM\x03\0\0\0Hi\0\0')])
  const joined = Buffer.concat([bytes, list])
  joined.writeUInt32LE(joined.length - 8, 4)
  return joined
}

/** Gives the segment, and its last cluster, sizes that are not known yet. */
function recordedLive(bytes: Buffer): void {
  bytes.fill(0xff, bytes.indexOf('18538067', 'hex') + 5, bytes.indexOf('18538067', 'hex') + 12)
}
