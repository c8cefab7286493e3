import { expect } from 'chai'
import { tagsOf } from '../../samples/probe-media.ts'
import { sample } from '../../samples/samples.ts'
import {
  apeTag,
  commentFrame,
  id3v1,
  id3v2,
  textFrame,
  unsynchronized,
  type Id3Frame,
} from '../../samples/tagged.ts'

const mp3 = sample('sweep/cbr.mp3').bytes
const behind = (...parts: readonly Buffer[]) => tagsOf(Buffer.concat([...parts, mp3]), 'mp3')
const before = (...parts: readonly Buffer[]) => tagsOf(Buffer.concat([mp3, ...parts]), 'mp3')

describe('ID3v2', () => {
  for (const [text, encoding, version] of [
    ['Größe', 0, 3],
    ['Größe 東京 🎧', 1, 3],
    ['Größe 東京 🎧', 3, 4],
  ] as const)
    it(`is read in version 2.${version} with encoding ${encoding}`, async () => {
      const tags = await behind(id3v2(version, [textFrame('TIT2', text, encoding)]))
      expect(tags).to.deep.equal({ title: text })
    })

  it('is read in version 2.2', async () => {
    const frames = [textFrame('TT2', 'T', 0), textFrame('TP1', 'AC/DC', 0), textFrame('TCO', '(17)', 0)]
    expect(await behind(id3v2(2, frames))).to.deep.equal({ title: 'T', artist: 'AC/DC', genre: 'Rock' })
  })

  it('is read if it is unsynchronized, as a whole or by the frame', async () => {
    const title = textFrame('TIT2', 'ÿ\0', 1)
    const whole = await behind(id3v2(3, [title, textFrame('TPE1', 'A', 0)], 0x80))
    expect(whole).to.deep.equal({ title: 'ÿ', artist: 'A' })
    const frame: Id3Frame = { ...title, data: unsynchronized(title.data), flags: 0x0002 }
    expect(await behind(id3v2(4, [frame, textFrame('TPE1', 'A')]))).to.deep.equal({ title: 'ÿ', artist: 'A' })
  })

  it('is read with the plain frame sizes that iTunes wrote into version 2.4', async () => {
    const long = 'x'.repeat(300)
    const tag = id3v2(4, [textFrame('TIT2', long), textFrame('TPE1', 'A')])
    tag.writeUInt32BE(301, 14)
    expect(await behind(tag)).to.deep.equal({ title: long, artist: 'A' })
  })

  for (const [genre, shown] of [
    ['17', 'Rock'],
    ['(17)', 'Rock'],
    ['(17)(8)', 'Rock; Jazz'],
    ['(4)Eurodisco', 'Eurodisco'],
    ['(RX)', 'Remix'],
    ['1980s', '1980s'],
    ['Rock (Live)', 'Rock (Live)'],
  ] as const)
    it(`has the genre ${shown} for ${genre}`, async () => {
      expect(await behind(id3v2(3, [textFrame('TCON', genre, 0)]))).to.deep.equal({ genre: shown })
    })

  for (const [day, time, date] of [
    ['1705', undefined, '2024-05-17'],
    ['1705', '2359', '2024-05-17T23:59'],
    ['1705', '2460', '2024-05-17'],
    ['0513', undefined, undefined],
  ] as const)
    it(`has the date ${date ?? 'of no day'} for TDAT ${day} and TIME ${time ?? 'absent'}`, async () => {
      const frames = [
        textFrame('TYER', '2024', 0),
        textFrame('TDAT', day, 0),
        ...(time ? [textFrame('TIME', time, 0)] : []),
      ]
      expect(await behind(id3v2(3, frames))).to.deep.equal({ year: '2024', ...(date && { date }) })
    })

  it('keeps the line breaks of comments and lyrics', async () => {
    const frames = [commentFrame('COMM', '', 'one\r\ntwo'), commentFrame('USLT', 'x', 'la\nla\rla')]
    expect(await behind(id3v2(4, frames))).to.deep.equal({ comment: 'one\ntwo', lyrics: 'la\nla\nla' })
  })

  it('shows no comment that iTunes or another program writes for itself', async () => {
    const names = ['iTunNORM', 'iTunSMPB', 'iTunPGAP', 'iTunes_CDDB_1', 'iTunes_CDDB_IDs', 'Songs-DB_Custom1']
    const technical = names.map((name) => commentFrame('COMM', name, ' 00000123 0000'))
    expect(await behind(id3v2(4, technical))).to.deep.equal({})
    const withReal = [...technical, commentFrame('COMM', 'note', 'Real')]
    expect(await behind(id3v2(4, withReal))).to.deep.equal({ comment: 'Real' })
  })

  it('wins over APE, and APE over ID3v1, tag by tag', async () => {
    const ape = apeTag([
      ['Title', 'Of APE'],
      ['Artist', 'Of APE'],
    ])
    const old = id3v1({ title: 'Of ID3v1', artist: 'Of ID3v1' })
    const id3 = id3v2(4, [textFrame('TIT2', 'Of ID3v2')])
    const expected = { title: 'Of ID3v2', artist: 'Of APE' }
    expect(await tagsOf(Buffer.concat([id3, mp3, ape, old]), 'mp3')).to.deep.equal(expected)
    expect(await before(old)).to.deep.equal({ title: 'Of ID3v1', artist: 'Of ID3v1' })
  })
})
