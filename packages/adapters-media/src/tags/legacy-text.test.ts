import type { AudioFormat } from '@audiohost/core'
import { aUser } from '@audiohost/core/testing'
import { expect } from 'chai'
import { contentOf } from '../../samples/content-of.ts'
import { encodeWestern, legacyEncoder } from '../../samples/encode-legacy.ts'
import { sample } from '../../samples/samples.ts'
import { id3v1, id3v2, riffChunk, uint32BE, wavWith } from '../../samples/tagged.ts'
import { MusicMetadataProbe } from '../music-metadata-probe.ts'
import { WorkerAudioProbe } from '../worker-audio-probe.ts'
import { decodeLegacyTexts } from './legacy-text.ts'

const mp3 = sample('sweep/cbr.mp3').bytes
/** Without the tags that the sample has. */
const wav = Buffer.from(sample('sweep/pcm16.wav').bytes.toString('latin1').replace('LIST', 'JUNK'), 'latin1')
const aiff = sample('sweep/pcm16.aiff').bytes

interface Texts {
  readonly title: Buffer
  readonly artist: Buffer
}

const latin1Frame = (id: string, text: Buffer) => ({ id, data: Buffer.concat([Buffer.of(0), text]) })
const iffChunk = (name: string, data: Buffer): Buffer =>
  Buffer.concat([Buffer.from(name), uint32BE(data.length), data, Buffer.alloc(data.length % 2)])

/** Every place whose encoding a file does not name. */
const places: readonly (readonly [string, AudioFormat, (texts: Texts) => Buffer])[] = [
  ['ID3v1', 'mp3', (texts) => Buffer.concat([mp3, id3v1(texts)])],
  ...([2, 3, 4] as const).map((version): readonly [string, AudioFormat, (texts: Texts) => Buffer] => [
    `ID3v2.${version}`,
    'mp3',
    ({ title, artist }) => {
      const [titleId, artistId] = version === 2 ? (['TT2', 'TP1'] as const) : (['TIT2', 'TPE1'] as const)
      return Buffer.concat([
        id3v2(version, [latin1Frame(titleId, title), latin1Frame(artistId, artist)]),
        mp3,
      ])
    },
  ]),
  [
    'RIFF INFO',
    'wav',
    ({ title, artist }) =>
      wavWith(
        wav,
        riffChunk('LIST', Buffer.from('INFO'), riffChunk('INAM', title), riffChunk('IART', artist)),
      ),
  ],
  [
    'AIFF text chunks',
    'aiff',
    ({ title, artist }) => {
      const tagged = Buffer.concat([aiff, iffChunk('NAME', title), iffChunk('AUTH', artist)])
      tagged.writeUInt32BE(tagged.length - 8, 4)
      return tagged
    },
  ],
]

const encoders = new Map<string, ReturnType<typeof legacyEncoder>>()
const legacy = (charset: string, text: string): Buffer => {
  const encode = encoders.get(charset) ?? legacyEncoder(charset)
  encoders.set(charset, encode)
  const bytes = encode(text)
  if (!bytes) throw new Error(`${text} is not in ${charset}`)
  return bytes
}

const tagsOf = async (probe: Pick<MusicMetadataProbe, 'probe'>, format: AudioFormat, bytes: Buffer) => {
  const result = await probe.probe(contentOf(bytes), format)
  return result.verdict === 'audio' ? result.media.tags : result.verdict
}

const songs = [
  ['windows-1251', 'Реакция', 'Кино'],
  ['windows-1251', 'Ой у гаї при Дунаї', 'Океан Ельзи'],
  ['koi8-r', 'Группа крови', 'Кино'],
  ['ibm866', 'Звезда по имени Солнце', 'Кино'],
  ['windows-1253', 'Το τραγούδι της ξενιτιάς', 'Μίκης Θεοδωράκης'],
  ['windows-1250', 'Dziwny jest ten świat', 'Mała łódź'],
  ['shift_jis', '上を向いて歩こう', '坂本九'],
  ['euc-jp', '涙そうそう', '夏川りみ'],
  ['gbk', '月亮代表我的心', '邓丽君'],
  ['big5', '月亮代表我的心', '鄧麗君'],
  ['euc-kr', '아침 이슬', '양희은'],
] as const

const westernSongs = [
  ['Don’t Stop – “Live” …', 'Sinéad O’Connor'],
  ['Ágætis byrjun', 'Sigur Rós'],
  ['Été', 'Noël'],
  ['Hyvää yötä', 'Öö'],
] as const

describe('tags that do not name their encoding', () => {
  for (const [place, format, tag] of places) {
    it(`are read from ${place} in the encoding of their language`, async function () {
      this.timeout(20_000)
      for (const [charset, title, artist] of songs) {
        const bytes = tag({ title: legacy(charset, title), artist: legacy(charset, artist) })
        const tags = await tagsOf(new MusicMetadataProbe(), format, bytes)
        expect(tags, charset).to.deep.equal({ title, artist })
      }
    })

    it(`are read from ${place} as Windows-1252 if they are Western, quotes and dashes included`, async () => {
      for (const [title, artist] of westernSongs) {
        const bytes = tag({ title: encodeWestern(title), artist: encodeWestern(artist) })
        expect(await tagsOf(new MusicMetadataProbe(), format, bytes)).to.deep.equal({ title, artist })
      }
    })

    it(`are read from ${place} as UTF-8 if they are that`, async () => {
      const bytes = tag({ title: Buffer.from('Ёж — “ё”'), artist: Buffer.from('Beyoncé') })
      const tags = await tagsOf(new MusicMetadataProbe(), format, bytes)
      expect(tags).to.deep.equal({ title: 'Ёж — “ё”', artist: 'Beyoncé' })
    })
  }

  it('are read in TAG_CHARSET, also by threads', async () => {
    const [, , tag] = places[0] ?? []
    const texts = { title: legacy('windows-1251', 'Ёж'), artist: legacy('windows-1251', 'Он') }
    const bytes = tag?.(texts) ?? Buffer.alloc(0)
    const probe = new WorkerAudioProbe({ tagCharset: 'windows-1251' })
    try {
      const result = await probe.probe(contentOf(bytes), 'mp3', aUser().id)
      expect(result).to.deep.nested.property('media.tags', { title: 'Ёж', artist: 'Он' })
      const detected = await tagsOf(new MusicMetadataProbe(), 'mp3', bytes)
      expect(detected).to.deep.equal({ title: '¨æ', artist: 'Îí' })
    } finally {
      await probe.close()
    }
  })
})

describe('decodeLegacyTexts', () => {
  it('detects the encoding of short texts beside long lyrics of another', () => {
    const lyrics = encodeWestern('Où es-tu, mon été ? Là-bas, à côté de la forêt. '.repeat(200))
    const titles = ['Группа крови', 'Кино', 'Последний герой'].map((title) => legacy('windows-1251', title))
    expect(decodeLegacyTexts([lyrics, ...titles]).slice(1)).to.deep.equal([
      'Группа крови',
      'Кино',
      'Последний герой',
    ])
  })

  it('reads thousands of texts in one encoding', () => {
    const titles = Array.from({ length: 2000 }, (_, index) => `Глава ${index}`)
    expect(decodeLegacyTexts(titles.map((title) => legacy('windows-1251', title)))).to.deep.equal(titles)
  })

  it('reads a Western text among others as what it is', () => {
    const texts = [legacy('windows-1251', 'Группа крови'), encodeWestern('Beyoncé'), Buffer.from('Kino')]
    expect(decodeLegacyTexts(texts)).to.deep.equal(['Группа крови', 'Beyoncé', 'Kino'])
  })

  it('lets TAG_CHARSET decide what the detection would not, and not what is UTF-8', () => {
    const texts = [legacy('windows-1251', 'Да'), Buffer.from('Нет')]
    expect(decodeLegacyTexts(texts, 'windows-1251')).to.deep.equal(['Да', 'Нет'])
    expect(decodeLegacyTexts([legacy('windows-1251', 'Реакция')], 'windows-1252')).to.deep.equal(['Ðåàêöèÿ'])
  })

  it('ignores TAG_CHARSET for bytes that are not of it', () => {
    expect(decodeLegacyTexts([encodeWestern('Été')], 'shift_jis')).to.deep.equal(['Été'])
  })

  it('leaves out a character that ID3v1 has cut', () => {
    const utf8 = Buffer.from('Песня про зайцев и волков').subarray(0, 29)
    expect(decodeLegacyTexts([utf8])).to.deep.equal(['Песня про зайцев'.slice(0, 15)])
    const japanese = legacy('shift_jis', 'あさきゆめみしゑひもせすいろはにほ').subarray(0, 29)
    expect(decodeLegacyTexts([japanese])).to.deep.equal(['あさきゆめみしゑひもせすいろ'])
  })

  it('keeps an accent at the end of a Latin-1 text', () => {
    const title = 'The title that ends in a Café'
    expect(decodeLegacyTexts([encodeWestern(title)])).to.deep.equal([title])
    expect(decodeLegacyTexts([encodeWestern('Café')])).to.deep.equal(['Café'])
  })
})
