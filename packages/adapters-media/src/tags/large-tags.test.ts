import { expect } from 'chai'
import { mediaOf } from '../../samples/probe-media.ts'
import { sample } from '../../samples/samples.ts'
import {
  aiffWith,
  apeTag,
  dataBox,
  box,
  element,
  flacBlock,
  flacWith,
  id3v2,
  itunesTags,
  mp4With,
  oggFlac,
  oggWith,
  riffChunk,
  textFrame,
  textItem,
  userTextFrame,
  vorbisComments,
  wavWith,
  webmWith,
  type Id3Frame,
} from '../../samples/tagged.ts'

const megabyte = 1024 * 1024
const picture = Buffer.alloc(7 * megabyte, Buffer.from([0xff, 0xd8, 0xff, 0, 1, 2, 3]))
const base64 = picture.toString('base64')

const bytesOf = (name: string): Buffer => sample(`sweep/${name}`).bytes
const flac = bytesOf('tagged.flac')

const attachedPicture: Id3Frame = {
  id: 'APIC',
  data: Buffer.concat([Buffer.from('\0image/jpeg\0\x03\0', 'latin1'), picture]),
}
const id3Frames = [textFrame('TIT2', 'Before'), attachedPicture, textFrame('TPE1', 'Behind')]
const comments = ['TITLE=Before', `METADATA_BLOCK_PICTURE=${base64}`, 'ARTIST=Behind']
const flacBlocks = [flacBlock(6, picture), flacBlock(4, vorbisComments(['TITLE=Before', 'ARTIST=Behind']))]
const matroskaTag = (name: string, text: string): Buffer =>
  element('7373', element('67c8', element('45a3', Buffer.from(name)), element('4487', Buffer.from(text))))

const files = {
  'Ogg Vorbis': () => [oggWith(bytesOf('vorbis.ogg'), comments), 'ogg'],
  'Ogg Vorbis with an old cover': () => [
    oggWith(bytesOf('vorbis.ogg'), ['title=Before', `COVERART=${base64}`, 'artist=Behind']),
    'ogg',
  ],
  Opus: () => [oggWith(bytesOf('opus.ogg'), comments), 'ogg'],
  'FLAC in Ogg': () => [oggFlac(flac, flacBlocks), 'ogg'],
  FLAC: () => [flacWith(flac, flacBlocks), 'flac'],
  'FLAC with a cover in its comments': () => [
    flacWith(flac, [flacBlock(4, vorbisComments(comments))]),
    'flac',
  ],
  'ID3v2.4': () => [Buffer.concat([id3v2(4, id3Frames), bytesOf('cbr.mp3')]), 'mp3'],
  'ID3v2.3': () => [Buffer.concat([id3v2(3, id3Frames), bytesOf('cbr.mp3')]), 'mp3'],
  'ID3v2.3, unsynchronized': () => [Buffer.concat([id3v2(3, id3Frames, 0x80), bytesOf('cbr.mp3')]), 'mp3'],
  APE: () => [
    Buffer.concat([
      bytesOf('cbr.mp3'),
      apeTag([
        ['Title', 'Before'],
        ['Cover Art (Front)', Buffer.concat([Buffer.from('cover.jpg\0'), picture])],
        ['Artist', 'Behind'],
      ]),
    ]),
    'mp3',
  ],
  MP4: () => [
    mp4With(
      bytesOf('alac.m4a'),
      box(
        'udta',
        itunesTags(textItem('©nam', 'Before'), box('covr', dataBox(0, picture)), textItem('©ART', 'Behind')),
      ),
    ),
    'mp4',
  ],
  WAV: () => [wavWith(bytesOf('pcm24.wav'), riffChunk('id3 ', id3v2(3, id3Frames))), 'wav'],
  AIFF: () => [aiffWith(bytesOf('pcm16.aiff'), ['ID3 ', id3v2(4, id3Frames)]), 'aiff'],
  WebM: () => [
    webmWith(
      bytesOf('opus.webm'),
      element('1254c367', matroskaTag('TITLE', 'Before'), matroskaTag('ARTIST', 'Behind')),
      element(
        '1941a469',
        element('61a7', element('4660', Buffer.from('image/jpeg')), element('465c', picture)),
      ),
    ),
    'webm',
  ],
} as const satisfies Readonly<Record<string, () => readonly [Buffer, Parameters<typeof mediaOf>[1]]>>

describe('a cover of seven megabytes', () => {
  for (const [name, make] of Object.entries(files))
    it(`is skipped, and the tags around it are read: ${name}`, async () => {
      const [bytes, format] = make()
      const media = await mediaOf(bytes, format)
      expect(media.tags).to.include({ title: 'Before', artist: 'Behind' })
      expect(media.hasCover).to.equal(true)
    })

  it('is skipped in a tag that is larger than what a probe may read', async () => {
    const huge = { ...attachedPicture, data: Buffer.concat(Array<Buffer>(12).fill(attachedPicture.data)) }
    const tag = id3v2(3, [textFrame('TIT2', 'Before', 1), huge, textFrame('TPE1', 'Behind', 1)])
    const media = await mediaOf(Buffer.concat([tag, bytesOf('cbr.mp3')]), 'mp3')
    expect(media.tags).to.include({ title: 'Before', artist: 'Behind' })
  })
})

describe('many and large tags', () => {
  it('finds a title behind 100,000 comments', async () => {
    const many = Array.from({ length: 100_000 }, (_, index) => `X${index}=${index}`)
    const bytes = flacWith(flac, [flacBlock(4, vorbisComments([...many, 'TITLE=Last']))])
    expect((await mediaOf(bytes, 'flac')).tags).to.include({ title: 'Last' })
  })

  it('keeps the first values of a tag that is repeated 100,000 times', async () => {
    const many = Array.from({ length: 100_000 }, (_, index) => `GENRE=${index}`)
    const { tags } = await mediaOf(oggWith(bytesOf('vorbis.ogg'), [...many, 'TITLE=Last']), 'ogg')
    expect(tags.genre).to.match(/^0; 1; 2; /)
    expect(tags.title).to.equal('Last')
  })

  it('cuts lyrics of a megabyte and reads on behind them', async () => {
    const lyrics = '音楽\n'.repeat(megabyte / 8)
    const inComments = await mediaOf(oggWith(bytesOf('opus.ogg'), [`LYRICS=${lyrics}`, 'TITLE=Last']), 'ogg')
    const frame = { id: 'USLT', data: Buffer.concat([Buffer.from('\x03eng\0'), Buffer.from(lyrics)]) }
    const id3 = id3v2(4, [frame, textFrame('TIT2', 'Last')])
    const inFrames = await mediaOf(Buffer.concat([id3, bytesOf('cbr.mp3')]), 'mp3')
    for (const { tags } of [inComments, inFrames]) {
      expect(tags.title).to.equal('Last')
      expect(tags.lyrics?.slice(0, 6)).to.equal('音楽\n音楽\n')
      expect(tags.lyrics?.length).to.be.within(65_000, 65_536)
      expect(tags.lyrics).to.not.include('\ufffd')
    }
  })

  it('reads a comment whose length is a lie as the end of the tag', async () => {
    const lying = vorbisComments(['TITLE=Kept', 'ARTIST=Lost'])
    lying.writeUInt32LE(0xfffffff0, lying.indexOf('ARTIST') - 4)
    const { tags } = await mediaOf(flacWith(flac, [flacBlock(4, lying)]), 'flac')
    expect(tags).to.deep.equal({ title: 'Kept' })
  })

  it('accepts audio behind an ID3 tag of frames without end', async () => {
    const frames = Array.from({ length: 50_000 }, () => userTextFrame('x', 'y'))
    const media = await mediaOf(Buffer.concat([id3v2(4, frames), bytesOf('cbr.mp3')]), 'mp3')
    expect(media.codec).to.equal('mp3')
  })
})
