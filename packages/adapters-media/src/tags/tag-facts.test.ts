import { expect } from 'chai'
import { mediaOf } from '../../samples/probe-media.ts'
import { sample } from '../../samples/samples.ts'
import {
  apeTag,
  box,
  element,
  flacBlock,
  flacWith,
  freeFormItem,
  id3v2,
  itunesTags,
  mp4With,
  oggPackets,
  oggFile,
  oggWith,
  riffChunk,
  textFrame,
  uint32BE,
  uint32LE,
  userTextFrame,
  vorbisComments,
  wavWith,
  webmWith,
  type Comments,
  type Id3Frame,
} from '../../samples/tagged.ts'

const bytesOf = (name: string): Buffer => sample(`sweep/${name}`).bytes
const inId3 = (version: 3 | 4, frames: readonly Id3Frame[]) =>
  mediaOf(Buffer.concat([id3v2(version, frames), bytesOf('cbr.mp3')]), 'mp3')
const inApe = (items: readonly (readonly [string, string])[]) =>
  mediaOf(Buffer.concat([bytesOf('cbr.mp3'), apeTag(items)]), 'mp3')
const inMp4 = (...userData: readonly Buffer[]) =>
  mediaOf(mp4With(bytesOf('alac.m4a'), box('udta', ...userData)), 'mp4')
const inFlac = (comments: Comments) =>
  mediaOf(flacWith(bytesOf('tagged.flac'), [flacBlock(4, vorbisComments(comments))]), 'flac')

describe('gains', () => {
  const gains = [
    ['REPLAYGAIN_TRACK_GAIN', '-7.25 dB'],
    ['REPLAYGAIN_TRACK_PEAK', '0.988547'],
    ['REPLAYGAIN_ALBUM_GAIN', '+1.5 dB'],
    ['REPLAYGAIN_ALBUM_PEAK', '1.1'],
  ] as const
  const expected = { trackGain: -7.25, trackPeak: 0.988547, albumGain: 1.5, albumPeak: 1.1 }

  it('are read from FLAC, ID3v2, MP4 and APE', async () => {
    const lowerCase = gains.map(([name, value]) => [name.toLowerCase(), value] as const)
    const found = [
      await inFlac(gains.map((pair) => pair.join('='))),
      await inId3(
        3,
        lowerCase.map(([name, value]) => ({ ...userTextFrame(name, value) })),
      ),
      await inId3(
        4,
        gains.map(([name, value]) => userTextFrame(name, value)),
      ),
      await inMp4(itunesTags(...lowerCase.map(([name, value]) => freeFormItem(name, value)))),
      await inApe(gains),
    ]
    for (const { replayGain, r128Gain } of found)
      expect({ replayGain, r128Gain }).to.deep.equal({ replayGain: expected, r128Gain: undefined })
  })

  it('are read from RVA2, over which ReplayGain wins', async () => {
    const volume = (scope: string): Id3Frame => ({
      id: 'RVA2',
      data: Buffer.concat([Buffer.from(`${scope}\0\x01`), Buffer.from([0xf9, 0x00, 16, 0x73, 0x33])]),
    })
    const both = [volume('track'), volume('album')]
    const { replayGain } = await inId3(4, both)
    expect(replayGain).to.deep.equal({
      trackGain: -3.5,
      trackPeak: 0.899994,
      albumGain: -3.5,
      albumPeak: 0.899994,
    })
    const tagged = await inId3(4, [...both, userTextFrame('replaygain_track_gain', '-1 dB')])
    expect(tagged.replayGain).to.include({ trackGain: -1, albumGain: -3.5 })
  })

  it('are read from the header of LAME, over which tags win', async () => {
    const mp3 = Buffer.from(bytesOf('vbr-cover.mp3'))
    const lame = mp3.indexOf('Xing') + 8 + 4 + 4 + 100 + 4
    mp3.write('LAME3.100', lame)
    mp3.writeUInt32BE(0.5 * 2 ** 23, lame + 11)
    mp3.writeUInt16BE((1 << 13) + (3 << 10) + 0x200 + 65, lame + 15)
    mp3.writeUInt16BE((2 << 13) + (3 << 10) + 12, lame + 17)
    const ofHeader = { trackGain: -6.5, trackPeak: 0.5, albumGain: 1.2 }
    expect((await mediaOf(mp3, 'mp3')).replayGain).to.deep.equal(ofHeader)
    const tagged = Buffer.concat([mp3, apeTag([['replaygain_track_gain', '-2 dB']])])
    expect((await mediaOf(tagged, 'mp3')).replayGain).to.deep.equal({ ...ofHeader, trackGain: -2 })
  })

  it('of Opus are read in steps of 1/256 dB, the output gain of the header included', async () => {
    const tagged = oggWith(bytesOf('opus.ogg'), ['R128_TRACK_GAIN=-573', 'R128_ALBUM_GAIN=256'])
    const [head, ...rest] = oggPackets(tagged)
    const data = Buffer.from(head?.data ?? [])
    data.writeInt16LE(-1280, 16)
    const media = await mediaOf(oggFile([{ data, granule: 0n }, ...rest]), 'ogg')
    expect(media.r128Gain).to.deep.equal({ trackGain: -573 / 256, albumGain: 1, outputGain: -5 })
    expect(media.replayGain).to.equal(undefined)
  })

  for (const value of ['', 'loud', 'NaN', '1e9', '-900 dB', 'Infinity', '٣'])
    it(`are not taken from ${JSON.stringify(value)}`, async () => {
      const media = await inFlac([`REPLAYGAIN_TRACK_GAIN=${value}`, `REPLAYGAIN_TRACK_PEAK=-${value}`])
      expect(media.replayGain).to.equal(undefined)
    })
})

describe('MusicBrainz ids', () => {
  // Of no version or variant of RFC 9562: taggers write what they are given.
  const id = (digit: number): string => `${`${digit}`.repeat(8)}-aaaa-0bbb-0ccc-0123456789ab`
  const expected = {
    recordingId: id(1),
    trackId: id(2),
    releaseId: id(3),
    releaseGroupId: id(4),
    artistIds: [id(5), id(6)],
    albumArtistIds: [id(7)],
    workIds: [id(8)],
  }
  const names = [
    ['MUSICBRAINZ_TRACKID', 'MusicBrainz Track Id', id(1)],
    ['MUSICBRAINZ_RELEASETRACKID', 'MusicBrainz Release Track Id', id(2)],
    ['MUSICBRAINZ_ALBUMID', 'MusicBrainz Album Id', id(3).toUpperCase()],
    ['MUSICBRAINZ_RELEASEGROUPID', 'MusicBrainz Release Group Id', id(4)],
    ['MUSICBRAINZ_ARTISTID', 'MusicBrainz Artist Id', id(5)],
    ['MUSICBRAINZ_ARTISTID', 'MusicBrainz Artist Id', id(6)],
    ['MUSICBRAINZ_ALBUMARTISTID', 'MusicBrainz Album Artist Id', id(7)],
    ['MUSICBRAINZ_WORKID', 'MusicBrainz Work Id', id(8)],
  ] as const

  it('are read from FLAC, Opus, MP4 and APE', async () => {
    const comments = names.map(([name, , value]) => `${name}=${value}`)
    const found = [
      await inFlac(comments),
      await mediaOf(oggWith(bytesOf('opus.ogg'), comments), 'ogg'),
      await inMp4(itunesTags(...names.map(([, name, value]) => freeFormItem(name, value)))),
      await inApe(names.map(([name, , value]) => [name, value])),
    ]
    for (const { musicBrainz } of found) expect(musicBrainz).to.deep.equal(expected)
  })

  for (const [version, separator] of [
    [3, '/'],
    [4, '\0'],
  ] as const)
    it(`are read from ID3v2.${version}, the recording from UFID`, async () => {
      const recording = { id: 'UFID', data: Buffer.from(`http://musicbrainz.org\0${id(1)}`) }
      const rest = names.filter(([name, , value]) => name !== 'MUSICBRAINZ_TRACKID' && value !== id(6))
      const frames = rest.map(([, name, value]) =>
        userTextFrame(name, value === id(5) ? [id(5), id(6)].join(separator) : value),
      )
      expect((await inId3(version, [recording, ...frames])).musicBrainz).to.deep.equal(expected)
    })

  it('are left out if they are none', async () => {
    const media = await inFlac(['MUSICBRAINZ_TRACKID=1234', 'MUSICBRAINZ_ARTISTID=../../etc'])
    expect(media.musicBrainz).to.equal(undefined)
  })
})

describe('chapters', () => {
  const expected = [
    { startSeconds: 0, endSeconds: 0.5, title: 'Eins' },
    { startSeconds: 0.5, endSeconds: 1, title: 'Zwei 東京' },
  ]

  it('are read from ID3v2', async () => {
    const chapter = (id: string, [start, end]: readonly [number, number], title: string): Id3Frame => ({
      id: 'CHAP',
      data: Buffer.concat([
        Buffer.from(`${id}\0`),
        ...[start, end, 0xffffffff, 0xffffffff].map(uint32BE),
        id3v2(4, [textFrame('TIT2', title)]).subarray(10),
      ]),
    })
    const frames = [chapter('b', [500, 1000], 'Zwei 東京'), chapter('a', [0, 500], 'Eins')]
    expect((await inId3(4, frames)).chapters).to.deep.equal(expected)
  })

  it('are read from Vorbis comments in any order', async () => {
    const comments = [
      'CHAPTER002NAME=Zwei 東京',
      'CHAPTER001=00:00:00.000',
      'CHAPTER002=00:00:00.500',
      'CHAPTER001NAME=Eins',
    ]
    for (const name of ['opus.ogg', 'vorbis.ogg']) {
      const { chapters, tags } = await mediaOf(oggWith(bytesOf(name), comments), 'ogg')
      expect(chapters, name).to.deep.equal(expected)
      expect(tags).to.deep.equal({})
    }
    expect((await inFlac(comments)).chapters).to.deep.equal(expected)
  })

  it('are read from the list of MP4', async () => {
    const entry = (seconds: number, title: string): Buffer => {
      const start = Buffer.alloc(8)
      start.writeBigUInt64BE(BigInt(seconds * 1e7))
      const text = Buffer.from(title)
      return Buffer.concat([start, Buffer.from([text.length]), text])
    }
    const list = box(
      'chpl',
      uint32BE(0x01000000),
      uint32BE(0),
      Buffer.from([2]),
      entry(0, 'Eins'),
      entry(0.5, 'Zwei 東京'),
    )
    expect((await inMp4(list)).chapters).to.deep.equal(expected)
  })

  it('are read from a text track of MP4', async () => {
    const titles = ['Eins', 'Zwei 東京'].map((title) => {
      const text = Buffer.from(title)
      return Buffer.concat([Buffer.from([0, text.length]), text])
    })
    const file = bytesOf('alac.m4a')
    const moovAt = file.indexOf('moov') - 4
    const media = box('mdat', ...titles)
    const firstAt = moovAt + 8
    const secondAt = firstAt + (titles[0]?.length ?? 0)
    const table = (name: string, ...numbers: readonly number[]): Buffer =>
      box(name, uint32BE(0), ...numbers.map(uint32BE))
    const track = box(
      'trak',
      box('tkhd', uint32BE(0), Buffer.alloc(8), uint32BE(7), Buffer.alloc(68)),
      box(
        'mdia',
        box('mdhd', uint32BE(0), Buffer.alloc(8), uint32BE(1000), uint32BE(1000), uint32BE(0)),
        box('hdlr', Buffer.alloc(8), Buffer.from('text'), Buffer.alloc(13)),
        box(
          'minf',
          box(
            'stbl',
            box('stsd', uint32BE(0), uint32BE(1), box('text', Buffer.alloc(51))),
            table('stts', 1, 2, 500),
            table('stsc', 1, 1, 1, 1),
            table('stsz', 0, 2, ...titles.map(({ length }) => length)),
            table('stco', 2, firstAt, secondAt),
          ),
        ),
      ),
    )
    const moov = file.subarray(moovAt + 8)
    const soundEnd = moov.indexOf('trak') - 4 + moov.readUInt32BE(moov.indexOf('trak') - 4)
    const reference = box('tref', box('chap', uint32BE(7)))
    const sound = Buffer.concat([moov.subarray(0, soundEnd), reference])
    const trackAt = moov.indexOf('trak') - 4
    sound.writeUInt32BE(soundEnd - trackAt + reference.length, trackAt)
    const whole = Buffer.concat([file.subarray(0, moovAt), media, box('moov', sound, track)])
    expect((await mediaOf(whole, 'mp4')).chapters).to.deep.equal(expected)
  })

  it('are read from WebM', async () => {
    const time = (seconds: number): Buffer => {
      const bytes = Buffer.alloc(8)
      bytes.writeBigUInt64BE(BigInt(seconds * 1e9))
      return bytes
    }
    const atom = (start: number, title: string): Buffer =>
      element('b6', element('91', time(start)), element('80', element('85', Buffer.from(title))))
    const chapters = element('1043a770', element('45b9', atom(0, 'Eins'), atom(0.5, 'Zwei 東京')))
    const media = await mediaOf(webmWith(bytesOf('opus.webm'), chapters), 'webm')
    expect(media.chapters.map(({ startSeconds, title }) => ({ startSeconds, title }))).to.deep.equal(
      expected.map(({ startSeconds, title }) => ({ startSeconds, title })),
    )
    expect(media.chapters[0]?.endSeconds).to.equal(0.5)
  })

  it('are read from the cue points of WAV', async () => {
    const point = (id: number, sample: number): Buffer =>
      Buffer.concat([id, sample, 0x61746164, 0, 0, sample].map(uint32LE))
    const label = (id: number, title: string): Buffer =>
      riffChunk('labl', uint32LE(id), Buffer.from(`${title}\0`))
    const cue = riffChunk('cue ', uint32LE(2), point(1, 0), point(2, 4000))
    const labels = riffChunk('LIST', Buffer.from('adtl'), label(1, 'Eins'), label(2, 'Zwei 東京'))
    const media = await mediaOf(wavWith(bytesOf('pcm24.wav'), cue, labels), 'wav')
    expect(media.chapters).to.deep.equal(expected)
  })

  it('are bounded in number, titles and times', async () => {
    const many = Array.from(
      { length: 5000 },
      (_, index) => `CHAPTER${index % 10_000}=00:00:00.${index % 1000}`,
    )
    const long = [...many, `CHAPTER0NAME=${'x'.repeat(5000)}`, 'CHAPTER9999=9999:99:99', 'CHAPTER9998=later']
    const { chapters } = await inFlac(long)
    expect(chapters.length).to.be.within(1, 1000)
    for (const { startSeconds, title = '' } of chapters) {
      expect(startSeconds).to.be.within(0, 366 * 24 * 3600)
      expect(title.length).to.be.at.most(200)
    }
  })
})
