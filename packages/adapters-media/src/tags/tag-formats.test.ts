import { expect } from 'chai'
import { tagsOf, mediaOf } from '../../samples/probe-media.ts'
import { sample } from '../../samples/samples.ts'
import {
  aiffWith,
  apeTag,
  box,
  dataBox,
  element,
  flacBlock,
  flacWith,
  freeFormItem,
  id3v2,
  itunesTags,
  mp4With,
  oggFlac,
  oggWith,
  riffChunk,
  textFrame,
  textItem,
  uint32BE,
  vorbisComments,
  wavWith,
  webmWith,
} from '../../samples/tagged.ts'

const bytesOf = (name: string): Buffer => sample(`sweep/${name}`).bytes
const flac = bytesOf('tagged.flac')
const mp3 = bytesOf('cbr.mp3')
const behind = (...parts: readonly Buffer[]) => tagsOf(Buffer.concat([...parts, mp3]), 'mp3')
const before = (...parts: readonly Buffer[]) => tagsOf(Buffer.concat([mp3, ...parts]), 'mp3')
const inMp4 = (...userData: readonly Buffer[]) => tagsOf(mp4With(bytesOf('alac.m4a'), ...userData), 'mp4')
const inItunes = (...items: readonly Buffer[]) => inMp4(box('udta', itunesTags(...items)))

describe('several values', () => {
  const comments = [
    'ARTIST=AC/DC',
    'ARTIST=Ann; Bob',
    'artist=AC/DC',
    'ALBUMARTIST=X',
    'ALBUMARTIST=Y/Z',
    'COMPOSER=P',
    'COMPOSER=Q',
    'GENRE=Rock/Pop',
    'GENRE=Jazz',
  ]
  const expected = {
    artist: 'AC/DC; Ann; Bob',
    album_artist: 'X; Y/Z',
    composer: 'P; Q',
    genre: 'Rock/Pop; Jazz',
  }
  const frames = (version: 3 | 4) => {
    const encoding = version === 4 ? 3 : 1
    return [
      textFrame('TPE1', 'AC/DC\0Ann; Bob\0AC/DC', encoding),
      textFrame('TPE2', 'X\0Y/Z', encoding),
      textFrame('TCOM', 'P\0Q', encoding),
      textFrame('TCON', 'Rock/Pop\0Jazz', encoding),
    ]
  }

  it('are all kept in FLAC', async () => {
    expect(await tagsOf(flacWith(flac, [flacBlock(4, vorbisComments(comments))]), 'flac')).to.deep.equal(
      expected,
    )
  })

  it('are all kept in Vorbis, Opus and FLAC in Ogg', async () => {
    for (const name of ['vorbis.ogg', 'opus.ogg'])
      expect(await tagsOf(oggWith(bytesOf(name), comments), 'ogg'), name).to.deep.equal(expected)
    const inOgg = oggFlac(flac, [flacBlock(4, vorbisComments(comments), true)])
    expect(await tagsOf(inOgg, 'ogg')).to.deep.equal(expected)
  })

  for (const version of [3, 4] as const)
    it(`are all kept in ID3v2.${version}, and a slash separates nothing`, async () => {
      expect(await behind(id3v2(version, frames(version)))).to.deep.equal(expected)
    })

  it('are all kept in MP4', async () => {
    const items = [
      textItem('©ART', 'AC/DC', 'Ann; Bob', 'AC/DC'),
      textItem('aART', 'X', 'Y/Z'),
      textItem('©wrt', 'P', 'Q'),
      textItem('©gen', 'Rock/Pop', 'Jazz'),
    ]
    expect(await inItunes(...items)).to.deep.equal(expected)
  })

  it('are all kept in APE', async () => {
    const tag = apeTag([
      ['Artist', 'AC/DC\0Ann; Bob\0AC/DC'],
      ['Album Artist', 'X\0Y/Z'],
      ['Composer', 'P\0Q'],
      ['Genre', 'Rock/Pop\0Jazz'],
    ])
    expect(await before(tag)).to.deep.equal(expected)
  })
})

describe('MP4', () => {
  it('has a cover whatever type it is of', async () => {
    for (const type of [0, 13, 14, 27]) {
      const cover = box('covr', dataBox(type, Buffer.alloc(100, 1)))
      const file = mp4With(bytesOf('alac.m4a'), box('udta', itunesTags(cover)))
      expect((await mediaOf(file, 'mp4')).hasCover, type.toString()).to.equal(true)
    }
    const empty = mp4With(
      bytesOf('alac.m4a'),
      box('udta', itunesTags(box('covr', dataBox(0, Buffer.alloc(0))))),
    )
    expect((await mediaOf(empty, 'mp4')).hasCover).to.equal(false)
  })

  it('shows no comment that iTunes writes for itself', async () => {
    const items = ['iTunNORM', 'iTunSMPB', 'iTunes_CDDB_1'].map((name) =>
      freeFormItem(name, ' 00000000 00000840'),
    )
    expect(await inItunes(...items, textItem('©cmt', 'Real\r\nlines'))).to.deep.equal({
      comment: 'Real\nlines',
    })
  })

  it('is read by its QuickTime keys', async () => {
    const names = [
      'com.apple.quicktime.title',
      'com.apple.quicktime.artist',
      'com.apple.quicktime.creationdate',
    ]
    const keys = box(
      'keys',
      uint32BE(0),
      uint32BE(names.length),
      ...names.map((name) => box('mdta', Buffer.from(name))),
    )
    const items = ['T', 'A', '2024-05-17T10:00:00+0200'].map((text, index) =>
      box(uint32BE(index + 1).toString('latin1'), dataBox(1, Buffer.from(text))),
    )
    const handler = box('hdlr', Buffer.alloc(8), Buffer.from('mdta'), Buffer.alloc(12))
    const expected = { title: 'T', artist: 'A', year: '2024', date: '2024-05-17T10:00:00+0200' }
    expect(await inMp4(box('meta', handler, keys, box('ilst', ...items)))).to.deep.equal(expected)
    expect(
      await inMp4(box('udta', box('meta', uint32BE(0), handler, keys, box('ilst', ...items)))),
    ).to.deep.equal(expected)
  })

  it('is read by its QuickTime and 3GPP user data', async () => {
    const quickTime = (text: string) =>
      Buffer.concat([Buffer.from([0, text.length, 0x55, 0xc4]), Buffer.from(text)])
    const mobile = (text: string) =>
      Buffer.concat([Buffer.alloc(4), Buffer.from([0x15, 0xc7]), Buffer.from(`${text}\0`)])
    const userData = box(
      'udta',
      box('©nam', quickTime('T')),
      box('perf', mobile('A')),
      box('albm', mobile('Album')),
      box('yrrc', Buffer.from([0, 0, 0, 0, 0x07, 0xe8])),
    )
    expect(await inMp4(userData)).to.deep.equal({ title: 'T', artist: 'A', album: 'Album', year: '2024' })
  })

  it('has numbers, genres and tempo', async () => {
    const items = [
      box('trkn', dataBox(0, Buffer.from([0, 0, 0, 3, 0, 12, 0, 0]))),
      box('disk', dataBox(0, Buffer.from([0, 0, 0, 1, 0, 0]))),
      box('gnre', dataBox(0, Buffer.from([0, 18]))),
      box('tmpo', dataBox(21, Buffer.from([0, 128]))),
    ]
    expect(await inItunes(...items)).to.deep.equal({ track: '3/12', disc: '1', genre: 'Rock', bpm: '128' })
  })
})

describe('CAF', () => {
  const chunk = (name: string, data: Buffer): Buffer =>
    Buffer.concat([Buffer.from(name), Buffer.alloc(4), uint32BE(data.length), data])
  const withInfo = (...strings: readonly string[]): Buffer => {
    const caf = bytesOf('pcm16.caf')
    const dataAt = caf.indexOf('data')
    const texts = Buffer.from(strings.map((text) => `${text}\0`).join(''))
    const info = chunk('info', Buffer.concat([uint32BE(strings.length / 2), texts]))
    return Buffer.concat([caf.subarray(0, dataAt), info, caf.subarray(dataAt)])
  }

  it('is read by its information chunk', async () => {
    const info = ['title', 'Песня', 'artist', 'AC/DC', 'track number', '3', 'comments', 'one\ntwo']
    expect(await tagsOf(withInfo(...info), 'caf')).to.deep.equal({
      title: 'Песня',
      artist: 'AC/DC',
      track: '3',
      comment: 'one\ntwo',
    })
  })

  it('is read as far as the information goes', async () => {
    const whole = withInfo('title', 'T', 'artist', 'A')
    const cut = Buffer.from(whole)
    cut.writeUInt8(1, cut.indexOf('artist') + 'artist'.length)
    expect(await tagsOf(cut, 'caf')).to.deep.equal({ title: 'T' })
  })
})

describe('WAV and AIFF', () => {
  const broadcast = Buffer.alloc(602)
  broadcast.write('A description')
  broadcast.write('Recorder', 256)
  broadcast.write('2024-05-17', 320)
  broadcast.write('10:30:00', 330)

  it('are read by the broadcast extension', async () => {
    expect(await tagsOf(wavWith(bytesOf('pcm24.wav'), riffChunk('bext', broadcast)), 'wav')).to.deep.equal({
      description: 'A description',
      encoded_by: 'Recorder',
      date: '2024-05-17T10:30:00',
      year: '2024',
    })
  })

  it('are read by LIST INFO, over which ID3v2 wins', async () => {
    const info = riffChunk(
      'LIST',
      Buffer.from('INFO'),
      riffChunk('INAM', Buffer.from('Of INFO\0')),
      riffChunk('IART', Buffer.from('AC/DC\0')),
      riffChunk('ICMT', Buffer.from('one\r\ntwo\0')),
    )
    const id3 = riffChunk('ID3 ', id3v2(4, [textFrame('TIT2', 'Of ID3v2')]))
    const wav = bytesOf('pcm24.wav')
    const rest = { artist: 'AC/DC', comment: 'one\ntwo' }
    expect(await tagsOf(wavWith(wav, info), 'wav')).to.deep.equal({ title: 'Of INFO', ...rest })
    expect(await tagsOf(wavWith(wav, info, id3), 'wav')).to.deep.equal({ title: 'Of ID3v2', ...rest })
  })

  it('are read by the text chunks of AIFF', async () => {
    const chunks = [
      ['NAME', Buffer.from('T')],
      ['AUTH', Buffer.from('A')],
      ['(c) ', Buffer.from('C')],
      ['ANNO', Buffer.from('one\ntwo')],
    ] as const
    expect(await tagsOf(aiffWith(bytesOf('pcm16.aiff'), ...chunks), 'aiff')).to.deep.equal({
      title: 'T',
      artist: 'A',
      copyright: 'C',
      comment: 'one\ntwo',
    })
  })
})

describe('WebM', () => {
  const simple = (name: string, text: string): Buffer =>
    element('67c8', element('45a3', Buffer.from(name)), element('4487', Buffer.from(text)))
  const targets = (level: number): Buffer => element('63c0', element('68ca', Buffer.from([level])))

  it('tells the tags of the album from those of the track', async () => {
    const album = element(
      '7373',
      targets(50),
      simple('TITLE', 'Album'),
      simple('ARTIST', 'Band'),
      simple('PART_NUMBER', '2'),
    )
    const track = element(
      '7373',
      targets(30),
      simple('TITLE', 'Track'),
      simple('ARTIST', 'Singer'),
      simple('PART_NUMBER', '3'),
    )
    const tags = await tagsOf(webmWith(bytesOf('opus.webm'), element('1254c367', album, track)), 'webm')
    expect(tags).to.include({ album: 'Album', album_artist: 'Band', disc: '2' })
    expect(tags.artist).to.include('Singer')
  })
})

describe('texts that no encoding is named for', () => {
  it('are read as UTF-8 if they are', async () => {
    const info = riffChunk('LIST', Buffer.from('INFO'), riffChunk('INAM', Buffer.from('Größer als 東京\0')))
    expect(await tagsOf(wavWith(bytesOf('pcm24.wav'), info), 'wav')).to.deep.equal({
      title: 'Größer als 東京',
    })
    const frame = { id: 'TIT2', data: Buffer.concat([Buffer.from([0]), Buffer.from('東京')]) }
    expect(await behind(id3v2(3, [frame]))).to.deep.equal({ title: '東京' })
  })

  it('are kept if they only claim to be UTF-8', async () => {
    const title = Buffer.concat([Buffer.from('TITLE='), Buffer.from('Größe', 'latin1')])
    expect(await tagsOf(oggWith(bytesOf('opus.ogg'), [title]), 'ogg')).to.deep.equal({ title: 'Größe' })
  })
})
