import type { AudioFormat, MediaFacts, ProbeVerdict } from '@audiohost/core'
import { someBytes } from '@audiohost/core/testing'
import { expect } from 'chai'
import { contentOf } from '../samples/content-of.ts'
import { sample } from '../samples/samples.ts'
import { MagicAudioSniffer } from './magic-audio-sniffer.ts'
import { MusicMetadataProbe } from './music-metadata-probe.ts'

const probe = new MusicMetadataProbe()
const sniffer = new MagicAudioSniffer()

/** As an upload is judged: by its first bytes, then as a whole. */
async function judge(bytes: Buffer): Promise<ProbeVerdict> {
  const sniffed = await sniffer.sniff(bytes)
  if (sniffed.verdict === 'audio') return probe.probe(contentOf(bytes), sniffed.format)
  return sniffed.verdict === 'unsupported' ? sniffed : { verdict: 'unreadable' }
}

async function mediaOf(bytes: Buffer): Promise<MediaFacts> {
  const result = await judge(bytes)
  if (result.verdict !== 'audio') throw new Error(`The verdict is ${JSON.stringify(result)}`)
  return result.media
}

const bytesOf = (name: string): Buffer => Buffer.from(sample(name).bytes)
const latin1 = (text: string): Buffer => Buffer.from(text, 'latin1')

function patched(name: string, patch: (bytes: Buffer) => void): Buffer {
  const bytes = bytesOf(name)
  patch(bytes)
  return bytes
}

const id3 = (bytes: number, size = bytes): Buffer => {
  const digits = [21, 14, 7, 0].map((shift) => (size >> shift) & 127)
  return Buffer.concat([latin1('ID3\x03\0\0'), Buffer.from(digits), Buffer.alloc(bytes)])
}

/** A tag whose frames end where `size` does not say. */
function id3WithFrame(size: number): Buffer {
  const picture = Buffer.from(someBytes(9000, 'cover')).map((byte) => (byte === 0xff ? 0xfe : byte))
  const header = latin1('APIC\0\0\0\0\0\0')
  header.writeUInt32BE(picture.length, 4)
  return Buffer.concat([id3(0, size), header, picture])
}

/** 9 frames of silence at 44.1 kHz and 128 kbit/s, then a tenth that stands in front with the header of the encoder. */
function mp3With({
  frames,
  headerFrames,
  tag = '',
}: {
  frames: number
  headerFrames: number
  tag?: string
}): Buffer {
  const frame = Buffer.alloc(417)
  frame.writeUInt32BE(0xfffb9064)
  const first = Buffer.from(frame)
  latin1('Xing').copy(first, 36)
  first.writeUInt32BE(3, 40)
  first.writeUInt32BE(headerFrames, 44)
  first.writeUInt32BE((headerFrames + 1) * 417, 48)
  latin1(tag).copy(first, 52)
  return Buffer.concat([first, ...Array.from({ length: frames }, () => frame)])
}

const lame = (delay: number, padding: number): string => {
  const both = Buffer.alloc(3)
  both.writeUIntBE(delay * 4096 + padding, 0, 3)
  return `LAME3.100${'\0'.repeat(12)}${both.toString('latin1')}`
}

const totalSamples = (samples: number) => (bytes: Buffer) => {
  bytes.writeUInt8(bytes.readUInt8(21) & 0xf0, 21)
  bytes.writeUInt32BE(samples, 22)
}

const mdatSize = (change: (size: number) => number) => (bytes: Buffer) => {
  const at = bytes.indexOf('mdat') - 4
  bytes.writeUInt32BE(change(bytes.readUInt32BE(at)), at)
}

describe('headers that are wrong while the audio is whole', () => {
  const oneSecond: readonly (readonly [string, Buffer])[] = [
    ['WAV with no sizes', patched('sweep/pcm16.wav', wavSizes(0, 0))],
    ['WAV with unknown sizes', patched('sweep/pcm16.wav', wavSizes(0xffffffff, 0xffffffff))],
    ['WAV whose data claims a gigabyte', patched('sweep/pcm24.wav', wavSizes(undefined, 0x40000000))],
    ['WAV whose RIFF claims more', patched('sweep/pcm24.wav', wavSizes(0x40000000, undefined))],
    ['AIFF whose sound and FORM claim more', patched('sweep/pcm16.aiff', aiffSizes)],
    ['FLAC with too many samples', patched('sweep/tagged.flac', totalSamples(160_000))],
    ['FLAC with too few samples', patched('sweep/tagged.flac', totalSamples(100))],
    ['FLAC with wrong block and frame sizes', patched('sweep/tagged.flac', (b) => b.fill(0x10, 8, 18))],
    ['FLAC with a wrong MD5', patched('sweep/tagged.flac', (b) => b.fill(0x55, 26, 42))],
    [
      'MPEG-4 whose mdat is 7 bytes too long',
      patched(
        'sweep/aac.m4a',
        mdatSize((size) => size + 7),
      ),
    ],
    [
      'MPEG-4 whose mdat goes to the end',
      patched(
        'sweep/aac.m4a',
        mdatSize(() => 0),
      ),
    ],
  ]
  for (const [name, bytes] of oneSecond) {
    it(`accepts ${name}`, async () => {
      expect((await mediaOf(bytes)).durationSeconds).to.be.closeTo(1, 0.06)
    })
  }

  it('reports the real duration of an mp3 with the header of a longer one', async () => {
    const { durationSeconds } = await mediaOf(mp3With({ frames: 100, headerFrames: 1000 }))
    expect(durationSeconds).to.be.closeTo((100 * 1152) / 44_100, 0.001)
  })

  it('refuses an mp3 with the header of a longer one that ends inside a frame', async () => {
    const cut = mp3With({ frames: 100, headerFrames: 1000 }).subarray(0, -50)
    expect(await judge(cut)).to.deep.equal({ verdict: 'truncated' })
  })

  it('finds the mp3 behind a tag with a wrong size', async () => {
    const sizes = { short: 20, long: 9010 + 3000, past: 9010 + 10_000_000 }
    for (const [name, size] of Object.entries(sizes)) {
      const bytes = Buffer.concat([id3WithFrame(size), bytesOf('sweep/vbr-cover.mp3')])
      expect(await judge(bytes), name)
        .to.have.nested.property('media.durationSeconds')
        .that.is.closeTo(1, 0.06)
    }
  })

  it('finds audio behind several tags, large ones, too', async () => {
    const tags = Buffer.concat([id3(300), id3(200_000), Buffer.alloc(77)])
    for (const file of [
      'pcm16.wav',
      'pcm16.aiff',
      'tagged.flac',
      'vorbis.ogg',
      'aac.m4a',
      'adts.aac',
      'cbr.mp3',
    ]) {
      const { contentType, durationSeconds } = await mediaOf(Buffer.concat([tags, bytesOf(`sweep/${file}`)]))
      expect(durationSeconds, file).to.be.closeTo(1, 0.1)
      expect(contentType, file).to.equal((await mediaOf(bytesOf(`sweep/${file}`))).contentType)
    }
  })

  it('finds the first frame behind zeros and noise', async () => {
    const noise = Buffer.from(someBytes(65_536, 'noise')).map((byte) => (byte === 0xff ? 0xfe : byte))
    for (const before of [Buffer.alloc(5000), Buffer.alloc(300_000), noise]) {
      for (const file of ['cbr.mp3', 'adts.aac'])
        expect(
          (await mediaOf(Buffer.concat([before, bytesOf(`sweep/${file}`)]))).durationSeconds,
        ).to.be.closeTo(1, 0.1)
    }
  })
})

describe('headers that are right while audio is missing', () => {
  const faststart = 'sweep/aac.m4a'
  const cut: readonly (readonly [string, Buffer])[] = [
    [
      'MPEG-4 whose mdat goes to the end, cut to a fifth',
      patched(
        faststart,
        mdatSize(() => 0),
      ).subarray(0, 2000),
    ],
    ['MPEG-4 with tables in front, cut', bytesOf(faststart).subarray(0, -300)],
    [
      'MPEG-4 whose chunk offsets point past the end',
      patched(faststart, (b) => b.writeUInt32BE(b.length, b.indexOf('stco') + 12)),
    ],
    [
      'MPEG-4 whose samples are larger than the file',
      patched(faststart, (b) => b.writeUInt32BE(1e6, b.indexOf('stsz') + 16)),
    ],
    [
      'a fragment whose run is larger than the file',
      patched('sweep/fragmented.m4a', (b) => b.writeUInt32BE(1e6, b.lastIndexOf('trun') + 20)),
    ],
  ]
  for (const [name, bytes] of cut) {
    it(`refuses ${name}`, async () => {
      expect(await judge(bytes)).to.deep.equal({ verdict: 'truncated' })
    })
  }

  it('refuses Ogg whose early pages are damaged', async () => {
    for (const name of ['sweep/vorbis.ogg', 'spoken/opus.ogg']) {
      let at = 0
      for (let page = 0; page < 3; page++, at = bytesOf(name).indexOf('OggS', at + 4)) {
        for (const offset of [22, 6, 40]) {
          const bytes = patched(name, (b) => b.writeUInt8(b.readUInt8(at + offset) ^ 0x10, at + offset))
          expect((await judge(bytes)).verdict, `${name} ${page} ${offset}`).to.not.equal('audio')
        }
      }
    }
  })
})

describe('durations and rates', () => {
  it('adds the links of chained Ogg, of one serial number, too', async () => {
    const [vorbis, opus] = [bytesOf('sweep/vorbis.ogg'), bytesOf('spoken/opus.ogg')]
    expect((await mediaOf(Buffer.concat([vorbis, vorbis, vorbis]))).durationSeconds).to.be.closeTo(3, 0.05)
    expect((await mediaOf(Buffer.concat([opus, vorbis, opus]))).durationSeconds).to.be.closeTo(3.5, 0.05)
  })

  it('subtracts the delay and the padding of LAME, unless frames were cut off', async () => {
    const whole = await mediaOf(mp3With({ frames: 100, headerFrames: 100, tag: lame(576, 1000) }))
    expect(whole.durationSeconds).to.be.closeTo((100 * 1152 - 1576) / 44_100, 0.001)
    const trimmed = await mediaOf(mp3With({ frames: 50, headerFrames: 100, tag: lame(576, 1000) }))
    expect(trimmed.durationSeconds).to.be.closeTo((50 * 1152) / 44_100, 0.001)
  })

  it('reads the gap that iTunes wrote into a comment', async () => {
    const numbers = ` 00000000 00000240 000003E8 ${(100 * 1152 - 1576).toString(16).toUpperCase().padStart(16, '0')}`
    const text = latin1(`\0eng iTunSMPB\0${numbers}`)
    const header = latin1('COMM\0\0\0\0\0\0')
    header.writeUInt32BE(text.length, 4)
    const tag = Buffer.concat([id3(0, header.length + text.length), header, text])
    const { durationSeconds } = await mediaOf(
      Buffer.concat([tag, mp3With({ frames: 100, headerFrames: 100 })]),
    )
    expect(durationSeconds).to.be.closeTo((100 * 1152 - 1576) / 44_100, 0.001)
  })

  it('plays what the edit list of MPEG-4 says, as far as there are media', async () => {
    const at = bytesOf('sweep/aac.m4a').indexOf('elst') + 12
    const edited = (units: number, mediaTime = 1024): Buffer =>
      patched('sweep/aac.m4a', (bytes) => {
        bytes.writeUInt32BE(units, at)
        bytes.writeInt32BE(mediaTime, at + 4)
      })
    const seconds = async (bytes: Buffer) => (await mediaOf(bytes)).durationSeconds
    expect(await seconds(edited(400))).to.be.closeTo(0.4, 0.001)
    expect(await seconds(edited(400, 22_050 / 2))).to.be.closeTo(0.4, 0.001)
    expect(await seconds(edited(60_000))).to.be.closeTo(1, 0.05)
    expect(await seconds(edited(0))).to.be.closeTo(1, 0.05)
    expect(await seconds(edited(700, -1))).to.be.closeTo(0.7, 0.001)
  })

  it('adds up fragments', async () => {
    expect((await mediaOf(bytesOf('spoken/fragmented.m4a'))).durationSeconds).to.be.closeTo(1.3, 0.05)
  })

  it('counts the bytes of audio alone in the bit rate', async () => {
    const free = Buffer.concat([Buffer.from([0, 3, 0, 0]), latin1('free'), Buffer.alloc(0x30000 - 8)])
    const bare = await mediaOf(bytesOf('sweep/alac.m4a'))
    const padded = await mediaOf(Buffer.concat([bytesOf('sweep/alac.m4a'), free]))
    expect(padded.bitrate).to.equal(bare.bitrate)
    const tagged = await mediaOf(Buffer.concat([id3(100_000), bytesOf('sweep/cbr.mp3')]))
    expect(tagged.bitrate).to.be.closeTo(64_000, 200)
  })

  it('reports the bits of lossless audio', async () => {
    const expected: Readonly<Record<string, readonly [number | undefined, boolean]>> = {
      'pcm24.wav': [24, true],
      'float32.wav': [32, true],
      'pcm16.aiff': [16, true],
      'pcm16.caf': [16, true],
      'tagged.flac': [16, true],
      'alac.m4a': [16, true],
      'vorbis.ogg': [undefined, false],
      'opus.webm': [undefined, false],
      'aac.mov': [undefined, false],
      'cbr.mp3': [undefined, false],
    }
    for (const [file, [bitDepth, lossless]] of Object.entries(expected))
      expect(await mediaOf(bytesOf(`sweep/${file}`)), file).to.deep.include({ bitDepth, lossless })
  })

  it('adds up the frames of AMR, and refuses a cut one', async () => {
    for (const [mark, type, length, format] of [
      ['#!AMR\n', 7, 32, 'amr'],
      ['#!AMR-WB\n', 1, 24, 'amr-wb'],
    ] as const) {
      const frame = Buffer.alloc(length, 0x55)
      frame.writeUInt8((type << 3) | 4)
      const bytes = Buffer.concat([latin1(mark), ...Array.from({ length: 75 }, () => frame)])
      const media = await mediaOf(bytes)
      expect(media).to.deep.include({ contentType: `audio/${format}`, durationSeconds: 1.5, channels: 1 })
      expect(await judge(bytes.subarray(0, -3))).to.deep.equal({ verdict: 'truncated' })
    }
  })

  it('has a verdict for a million empty elements without reading them', async () => {
    const head = Buffer.from('1a45dfa3874282847765626d1853806701ffffffffffffff', 'hex')
    const hostile = Buffer.concat([head, Buffer.alloc(2_000_000, Buffer.from([0xec, 0x80]))])
    let bytesRead = 0
    const content = contentOf(hostile)
    const counting = {
      ...content,
      read: (start: number, end: number) => ((bytesRead += end - start), content.read(start, end)),
    }
    expect(await probe.probe(counting, 'webm' satisfies AudioFormat)).to.deep.equal({ verdict: 'unreadable' })
    expect(bytesRead).to.be.below(500_000)
  })
})

function wavSizes(riff: number | undefined, data: number | undefined) {
  return (bytes: Buffer): void => {
    if (riff !== undefined) bytes.writeUInt32LE(riff, 4)
    if (data !== undefined) bytes.writeUInt32LE(data, bytes.indexOf('data') + 4)
  }
}

function aiffSizes(bytes: Buffer): void {
  bytes.writeUInt32BE(bytes.length + 5000, 4)
  bytes.writeUInt32BE(bytes.length + 5000, bytes.indexOf('SSND') + 4)
}
