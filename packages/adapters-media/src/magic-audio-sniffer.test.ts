import { audioSnifferContract } from '@audiohost/core/testing'
import { expect } from 'chai'
import { films, notAudio, sample, samples, unsupported } from '../samples/samples.ts'
import { MagicAudioSniffer } from './magic-audio-sniffer.ts'

const id3 = (bytes: number): Buffer => {
  const size = [21, 14, 7, 0].map((shift) => (bytes >> shift) & 127)
  return Buffer.concat([Buffer.from([0x49, 0x44, 0x33, 3, 0, 0, ...size]), Buffer.alloc(bytes)])
}
const latin1 = (text: string): Buffer => Buffer.from(text, 'latin1')
const bytesOf = (name: string): Buffer => sample(name).bytes

describe('MagicAudioSniffer', () => {
  const sniffer = new MagicAudioSniffer()

  audioSnifferContract({
    make: async () => new MagicAudioSniffer(),
    audio: [...samples, ...films],
    unsupported,
    notAudio,
  })

  const audio: readonly (readonly [string, Buffer, string])[] = [
    ['mp3 behind a cover that fills the head', Buffer.concat([id3(50_000), bytesOf('sweep/cbr.mp3')]), 'mp3'],
    ['mp3 behind two tags', Buffer.concat([id3(100), id3(200), bytesOf('sweep/cbr.mp3')]), 'mp3'],
    ['mp3 behind zeros', Buffer.concat([Buffer.alloc(700), bytesOf('sweep/cbr.mp3')]), 'mp3'],
    ['mp3 that begins in the middle of a frame', bytesOf('sweep/cbr.mp3').subarray(300), 'mp3'],
    ['flac behind a tag', Buffer.concat([id3(300), bytesOf('sweep/tagged.flac')]), 'flac'],
    ['ADTS behind a tag', Buffer.concat([id3(73), bytesOf('sweep/adts.aac')]), 'aac'],
    ['a voice memo of a phone', latin1('\0\0\0\x18ftyp3gp4\0\0\0\0isom3gp4\0\0\0\x08moov'), 'mp4'],
    ['a fragmented file without a brand for audio', latin1('\0\0\0\x18ftypdash\0\0\0\0iso6mp41'), 'mp4'],
    ['BW64', latin1('BW64\xff\xff\xff\xffWAVEds64\x1c\0\0\0'), 'wav'],
  ]
  for (const [name, bytes, format] of audio) {
    it(`accepts ${name}`, async () => {
      expect(await sniffer.sniff(bytes.subarray(0, 4100))).to.deep.equal({ verdict: 'audio', format })
    })
  }

  const refused: readonly (readonly [string, Buffer, string | undefined])[] = [
    ['nothing', Buffer.alloc(0), undefined],
    ['one byte', Buffer.from([0xff]), undefined],
    ['nothing but zeros', Buffer.alloc(4100), undefined],
    ['nothing but ones', Buffer.alloc(4100, 0xff), undefined],
    ['words that begin as a tag does', latin1('ID3 tags are described at id3.org. '.repeat(200)), undefined],
    [
      'a page behind a tag',
      Buffer.concat([id3(64), latin1('<!doctype html><p>Hello'.repeat(99))]),
      undefined,
    ],
    [
      'a page with a song in it',
      Buffer.concat([latin1('<script>alert(1)</script><!--'), bytesOf('sweep/cbr.mp3')]),
      undefined,
    ],
    ['a program', latin1(`MZ\x90\0\x03${'\0'.repeat(200)}`), undefined],
    ['an SVG image', latin1('<svg xmlns="http://www.w3.org/2000/svg"></svg>'), undefined],
    ['an IFF picture', latin1('FORM\0\0\0\x20ILBMBMHD'), undefined],
    ['a WebP picture', latin1('RIFF\x24\0\0\0WEBPVP8 '), undefined],
    ['a HEIC picture', latin1('\0\0\0\x18ftypheic\0\0\0\0mif1heic'), undefined],
    ['AMR', latin1('#!AMR\n<\x91\x17\x16\xbe\x66'), 'AMR'],
    ['MIDI', latin1('MThd\0\0\0\x06\0\x01\0\x02\x01\xe0'), 'MIDI'],
    ['Core Audio Format', latin1('caff\0\x01\0\0desc'), 'Core Audio Format'],
    ['a QuickTime film', latin1('\0\0\0\x14ftypqt  \0\0\0\0qt  '), 'QuickTime'],
    ['an iTunes film', latin1('\0\0\0\x18ftypM4V \0\0\0\0M4V mp42'), 'MPEG-4 video'],
  ]
  for (const [name, bytes, format] of refused) {
    it(`refuses ${name}`, async () => {
      const expected = format === undefined ? { verdict: 'not-audio' } : { verdict: 'unsupported', format }
      expect(await sniffer.sniff(bytes)).to.deep.equal(expected)
    })
  }

  it('looks at no more than the first 4100 bytes', async () => {
    const late = Buffer.concat([id3(5000), latin1('<!doctype html>')])
    expect(await sniffer.sniff(late)).to.deep.equal({ verdict: 'audio', format: 'mp3' })
  })
})
