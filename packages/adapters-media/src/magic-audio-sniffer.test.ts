import { mostSniffedBytes } from '@audiohost/core'
import { audioSnifferContract, someBytes } from '@audiohost/core/testing'
import { expect } from 'chai'
import { films, notAudio, refusedCodecs, sample, samples, unsupported } from '../samples/samples.ts'
import { MagicAudioSniffer } from './magic-audio-sniffer.ts'

const id3 = (bytes: number): Buffer => {
  const size = [21, 14, 7, 0].map((shift) => (bytes >> shift) & 127)
  return Buffer.concat([Buffer.from([0x49, 0x44, 0x33, 3, 0, 0, ...size]), Buffer.alloc(bytes)])
}
const latin1 = (text: string): Buffer => Buffer.from(text, 'latin1')
/** Without the byte that frames begin with. */
const noise = (length: number): Buffer =>
  Buffer.from(someBytes(length, 'noise')).map((byte) => (byte === 0xff ? 0xfe : byte)) as Buffer
const bytesOf = (name: string): Buffer => sample(name).bytes

describe('MagicAudioSniffer', () => {
  const sniffer = new MagicAudioSniffer()

  audioSnifferContract({
    make: async () => new MagicAudioSniffer(),
    audio: [...samples, ...films, ...refusedCodecs],
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
    ['a voice memo of a phone', latin1('\0\0\0\x18ftyp3gp4\0\0\0\0isom3gp4\0\0\0\x08moov'), '3gp'],
    ['a fragmented file without a brand for audio', latin1('\0\0\0\x18ftypdash\0\0\0\0iso6mp41'), 'mp4'],
    ['AMR', latin1('#!AMR\n<\x91\x17\x16\xbe\x66'), 'amr'],
    ['wide-band AMR', latin1('#!AMR-WB\n\x04'), 'amr-wb'],
    ['Core Audio Format', latin1('caff\0\x01\0\0desc'), 'caf'],
    ['QuickTime', latin1('\0\0\0\x14ftypqt  \0\0\0\0qt  '), 'mov'],
    ['QuickTime from before there was a type box', latin1('\0\0\0\x08wide\0\0\0\x10mdat'), 'mov'],
    ['mp3 behind 64 KiB of zeros', Buffer.concat([Buffer.alloc(65_536), bytesOf('sweep/cbr.mp3')]), 'mp3'],
    ['mp3 behind 64 KiB of noise', Buffer.concat([noise(65_536), bytesOf('sweep/cbr.mp3')]), 'mp3'],
    ['ADTS behind 64 KiB of noise', Buffer.concat([noise(65_536), bytesOf('sweep/adts.aac')]), 'aac'],
    ['WAV behind a tag', Buffer.concat([id3(300), bytesOf('sweep/pcm16.wav')]), 'wav'],
    [
      'AIFF behind a tag and zeros',
      Buffer.concat([id3(9), Buffer.alloc(50), bytesOf('sweep/pcm16.aiff')]),
      'aiff',
    ],
    [
      'MPEG-4 behind a tag and zeros',
      Buffer.concat([id3(9), Buffer.alloc(50), bytesOf('sweep/aac.m4a')]),
      'mp4',
    ],
    ['BW64', latin1('BW64\xff\xff\xff\xffWAVEds64\x1c\0\0\0'), 'wav'],
  ]
  for (const [name, bytes, format] of audio) {
    it(`accepts ${name}`, async () => {
      expect(await sniffer.sniff(bytes.subarray(0, mostSniffedBytes))).to.deep.equal({
        verdict: 'audio',
        format,
      })
    })
  }

  it('finds mp3 behind the HTTP header of a recorded stream', async () => {
    const header = latin1('ICY 200 OK\r\nicy-name: Radio\r\ncontent-type: audio/mpeg\r\n\r\n')
    const bytes = Buffer.concat([header, bytesOf('sweep/cbr.mp3')])
    expect(await sniffer.sniff(bytes)).to.deep.equal({ verdict: 'audio', format: 'mp3' })
  })

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
    [
      'a page with a song in it, behind blank lines',
      Buffer.concat([Buffer.from('\ufeff \r\n\t<html>é'), bytesOf('sweep/cbr.mp3')]),
      undefined,
    ],
    ['a program', latin1(`MZ\x90\0\x03${'\0'.repeat(200)}`), undefined],
    ['an SVG image', latin1('<svg xmlns="http://www.w3.org/2000/svg"></svg>'), undefined],
    ['an IFF picture', latin1('FORM\0\0\0\x20ILBMBMHD'), undefined],
    ['a WebP picture', latin1('RIFF\x24\0\0\0WEBPVP8 '), undefined],
    ['a HEIC picture', latin1('\0\0\0\x18ftypheic\0\0\0\0mif1heic'), undefined],
    ['MIDI', latin1('MThd\0\0\0\x06\0\x01\0\x02\x01\xe0'), 'MIDI'],
    ['an iTunes film', latin1('\0\0\0\x18ftypM4V \0\0\0\0M4V mp42'), 'MPEG-4 video'],
  ]
  for (const [name, bytes, format] of refused) {
    it(`refuses ${name}`, async () => {
      const result = await sniffer.sniff(bytes)
      if (format === undefined) expect(result.verdict).to.be.oneOf(['not-audio', 'undecided'])
      else expect(result).to.deep.equal({ verdict: 'unsupported', format })
    })
  }

  const named: readonly (readonly [string, string])[] = [
    ['tBaK', 'TAK'],
    ['TTA1', 'True Audio'],
    ['MAC ', "Monkey's Audio"],
    ['wvpk', 'WavPack'],
    ['MPCK', 'Musepack'],
    ['MP+\x07', 'Musepack'],
    ['\x7f\xfe\x80\x01', 'DTS'],
    ['\xfe\x7f\x01\x80', 'DTS'],
    ['DSD ', 'DSD audio (DSF)'],
    ['FRM8', 'DSD audio (DFF)'],
    ['OFR ', 'OptimFROG'],
    ['\x0b\x77\0\0\x14\x40', 'AC-3'],
    ['\x0b\x77\0\0\x14\x80', 'E-AC-3'],
    ['\x56\xe0\x0a0123456789'.repeat(4), 'AAC in LATM'],
  ]
  for (const [start, format] of named) {
    it(`names ${format} that begins with ${JSON.stringify(start.slice(0, 6))}, behind a tag, too`, async () => {
      const bytes = Buffer.concat([latin1(start), noise(6000)])
      const expected = { verdict: 'unsupported', format }
      expect(await sniffer.sniff(bytes)).to.deep.equal(expected)
      expect(await sniffer.sniff(Buffer.concat([id3(500), bytes]))).to.deep.equal(expected)
    })
  }

  it('does not wait for more of what it knows, or of text', async () => {
    const known = [
      latin1('<!doctype html>'),
      latin1('%PDF-1.4\n'),
      Buffer.from('Grüße\n'),
      latin1('\x89PNG\r\n\x1a\n\0\0\0\rIHDR'),
    ]
    for (const start of known) {
      const bytes = Buffer.concat([start, Buffer.alloc(4100, 'lorem ipsum ')])
      expect(await sniffer.sniff(bytes)).to.deep.equal({ verdict: 'not-audio' })
    }
    expect(await sniffer.sniff(noise(4100))).to.deep.equal({ verdict: 'undecided' })
  })

  it('leaves it to the probe what follows more tags or zeros than it can see', async () => {
    const audio = { verdict: 'audio', format: 'mp3' }
    const tagged = Buffer.concat([id3(2 * mostSniffedBytes), latin1('<!doctype html>')])
    expect(await sniffer.sniff(tagged)).to.deep.equal(audio)
    expect(await sniffer.sniff(Buffer.alloc(mostSniffedBytes + 1))).to.deep.equal(audio)
  })
})
